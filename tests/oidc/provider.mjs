// A certified provider, run by the tests: `node provider.mjs FOLDER PORT REDIRECT_URI`, where FOLDER holds the package
// `oidc-provider`. Its people sign in without being asked; `/as/NAME` says who it is that signs in next.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, port, redirectUri] = process.argv.slice(2);
const library = pathToFileURL(resolve(folder, 'node_modules/oidc-provider/lib/index.js'));
const { Provider } = await import(library);

const key = (kind, options, use) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), use: 'sig', ...use,
});
const client = { redirect_uris: [redirectUri], response_types: ['code'], grant_types: ['authorization_code'] };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { ...client, client_id: 'rs256', client_secret: 'test-client-secret-0123456789' },
    {
      ...client, client_id: 'post', client_secret: 'test-client-secret-0123456789',
      token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'PS256',
    },
    { ...client, client_id: 'public', token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' },
    {
      ...client, client_id: 'hs256', client_secret: 'test-client-secret-0123456789-0123456789',
      id_token_signed_response_alg: 'HS256',
    },
  ],
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'HS256'] },
  jwks: { keys: [key('rsa', { modulusLength: 2048 }, {}), key('ec', { namedCurve: 'P-256' }, {})] },
  cookies: { keys: ['test-cookie-key'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  pkce: { required: () => true, methods: ['S256'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: id !== 'unverified' }),
  }),
});

let person = 'me';

async function finish(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (person === 'nobody') {
    return provider.interactionFinished(request, response, { error: 'access_denied' });
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: person } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

const standard = provider.callback();
createServer((request, response) => {
  if (request.url.startsWith('/as/')) {
    person = request.url.slice('/as/'.length);
    response.end();
  } else if (request.url.startsWith('/interaction/')) {
    finish(request, response).catch((error) => { response.statusCode = 500; response.end(String(error)); });
  } else {
    standard(request, response);
  }
}).listen(Number(port), '127.0.0.1');
