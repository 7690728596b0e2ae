### The account: new passwords, the first set-up, the commands.

## Why a new password is refused.

password-too-short = This password is too short: it takes { $min } characters at least.
password-too-long = This password is too long: { $max } bytes at most.
password-known = This password is among those that are guessed first. A sentence of a few words that belong to nobody else will do.
password-made-of-names = This password is made of names that anybody would try: the account’s, the host’s or the product’s.

## The start.

start-admin-incomplete = auth.admin_name and auth.admin_password belong together: set both or neither.
start-admin-name = auth.admin_name cannot be the name of an account: one line of 64 characters at most.
start-admin-password = auth.admin_password cannot be used. { $name }
start-setup-token = auth.setup_token is too short: it takes 20 characters at least.
start-setup-token-file = The file of the setup token cannot be written: { $name }. Check the rights of the data folder.
log-auth-no-administrator = There is no account yet. To create it, show the setup token: { $shown_by }.
log-auth-administrator-made = The account was created ({ $by }).
log-auth-admin-settings-unused = There is an account: auth.admin_name and auth.admin_password change nothing.
log-auth-setup-token-file-stays = The file of the setup token cannot be removed. It opens nothing any more.
log-auth-setup-refused = A set-up with a wrong token was refused ({ $address }).
log-auth-setup-throttled = Too many set-ups with a wrong token: made to wait ({ $address }).

## The commands.

cli-user = The account.
cli-user-set-password = Reads a password from standard input, one line; creates the account, or changes its password and ends all its sessions.
cli-user-set-password--name = The account’s name.
cli-user-show = Shows the account.
cli-user-created = The account { $name } is created.
cli-user-password-changed = The password of { $name } is changed; every session is ended.
cli-user-other-name = The account is called { $name }.
cli-user-bad-name = This cannot be the name of an account: one visible line of 64 characters at most.
cli-user-bad-password = No password could be read: one line of UTF-8 text is expected on standard input.
cli-user-busy = The machine has no memory left to compute a hash. Try again.
cli-user-none = There is no account yet.
cli-column-created = Created
cli-column-password-changed = Password changed
