# The pages.
page-skip = Skip to the content
page-nav = Pages
page-home-title = Overview
page-login-title = Sign in
page-setup-title = Setup
page-account-title = Account
page-problem-title = Something went wrong
page-sign-in = Sign in
page-sign-in-with = Sign in with { $name }
page-sign-out = Sign out
page-or = or
page-name = Name
page-password = Password
page-password-again = The same again
page-password-help = A sentence of a few words will do. Short or well-known passwords are refused.
page-password-current = Present password
page-password-new = New password
page-passwords-differ = The two passwords are not the same.
page-plain-http = This page comes without HTTPS: others on the network can read what you type. Put grabfeed behind a reverse proxy with HTTPS.
page-setup-intro = Create the administrator’s account. Afterwards this page is gone for ever.
page-setup-token = Setup token
page-setup-token-help = It is in the file setup-token in the data folder, or in your setting auth.setup_token.
page-setup-create = Create the account
page-home-ready = { $count ->
    [one] grab published
   *[other] grabs published
}
page-home-pending = { $count ->
    [one] waiting
   *[other] waiting
}
page-home-failed = { $count ->
    [one] failed
   *[other] failed
}
page-home-skipped = { $count ->
    [one] left aside
   *[other] left aside
}
page-home-intro = For now, feeds, grabs and settings are managed through the API and the command line.
page-home-api = Description of the API (OpenAPI)
page-home-account = Sessions and password
page-sessions = Sessions
page-sessions-intro = Everywhere you are signed in. End those that you do not recognise, then change your password.
page-session-network = Network
page-session-client = Browser
page-session-method = Sign-in
page-session-began = Began
page-session-used = Last used
page-session-present = This one
page-session-end = End
page-session-method-password = password
page-session-method-oidc = OpenID Connect
page-sessions-end-others = End all others
page-change-password = Change the password
page-done-password = The password is changed; all other sessions are ended.
page-done-sessions = Done.
page-problem-request = Number of the request, to find what the log says of it: { $id }
page-problem-back = Back to the overview
log-web-page-failed = A page could not be written: { $cause }.
