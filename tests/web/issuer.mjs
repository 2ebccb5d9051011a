// An identity provider on loopback: oidc-provider, with pages of its own that load nothing, keys that
// the tests sign with, too, and counts of what it is asked.
import {exportJWK, generateKeyPair, SignJWT} from "jose";
import {createServer} from "node:http";
import Provider from "oidc-provider";

export const audience = "https://boxoffice.example/api";
const clientId = "boxoffice-pages";

const page = (body) => `<!doctype html><html lang="en"><title>provider</title><body>${body}`;

/** A key pair with its public form, as it stands in the key set. */
async function makeKey(kid) {
  const {privateKey, publicKey} = await generateKeyPair("ES256", {extractable: true});
  const more = {kid, alg: "ES256", use: "sig"};
  return {
    kid,
    privateKey,
    publicJwk: {...await exportJWK(publicKey), ...more},
    privateJwk: {...await exportJWK(privateKey), ...more},
  };
}

/**
 * `serve(pagesUrl)` makes it complete, as the pages have their address later. What stands in `how` may be
 * changed at any time.
 */
export async function openIssuer() {
  const how = {
    accessTokenSeconds: 3600,
    givesRefreshTokens: true,
    isAway: false,
    audience,
    /** Where a redirect leads. */
    onward: (to) => to,
  };
  const asked = {discovery: 0, keys: 0, forms: 0, code: 0, refresh: 0};
  let keys = [await makeKey("first")];
  let provider = null;
  const grantOf = async (ctx) => {
    const grant = new ctx.oidc.provider.Grant(
      {clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId});
    grant.addOIDCScope("openid profile");
    grant.addResourceScope(audience, "");
    await grant.save();
    return grant;
  };
  const configuration = (pagesUrl) => ({
    clients: [{
      client_id: clientId,
      token_endpoint_auth_method: "none",
      application_type: "web",
      redirect_uris: [`${pagesUrl}/`, `${pagesUrl}/console`],
      post_logout_redirect_uris: [`${pagesUrl}/`, `${pagesUrl}/console`],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      id_token_signed_response_alg: "ES256",
    }],
    jwks: {keys: keys.map((one) => one.privateJwk)},
    cookies: {keys: ["only for tests"]},
    scopes: ["openid"],
    claims: {profile: ["name"]},
    conformIdTokenClaims: false,
    clientBasedCORS: () => true,
    interactions: {url: (_, interaction) => `/interaction/${interaction.uid}`},
    findAccount: (_, id) =>
      ({accountId: id, claims: () => ({sub: id, name: `${id[0].toUpperCase()}${id.slice(1)}`})}),
    extraTokenClaims: (_, token) =>
      ({tickets: {roles: token.accountId?.startsWith("oper") ? ["operator"] : ["guest"]}}),
    issueRefreshToken: () => how.givesRefreshTokens,
    loadExistingGrant: grantOf,
    ttl: {Session: 86_400, Grant: 86_400, Interaction: 600, IdToken: 3600, RefreshToken: 86_400},
    features: {
      devInteractions: {enabled: false},
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = page(
            `${form}<button id="end" form="op.logoutForm" name="logout" value="yes">End</button>`);
        },
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: "",
          audience: how.audience,
          accessTokenFormat: "jwt",
          accessTokenTTL: how.accessTokenSeconds,
          jwt: {sign: {alg: "ES256"}},
        }),
      },
    },
  });
  // Anybody may log in by giving a name.
  const interact = async (request, answer) => {
    const {uid} = await provider.interactionDetails(request, answer);
    const url = new URL(request.url, "http://here");
    if (url.pathname.endsWith("/refuse"))
      return provider.interactionFinished(request, answer, {error: "access_denied"});
    const name = url.searchParams.get("name");
    if (name) return provider.interactionFinished(request, answer, {login: {accountId: name}});
    ++asked.forms;
    answer.setHeader("Content-Type", "text/html");
    answer.end(page(`<form action="/interaction/${uid}/in"><label>Name <input name="name" id="who">
      </label><button id="in">Go</button></form><a id="no" href="/interaction/${
      uid}/refuse">No</a>`));
  };
  const server = createServer((request, answer) => {
    if (how.isAway) return request.socket.destroy();
    answer.on("error", () => undefined);
    const set = answer.setHeader.bind(answer);
    answer.setHeader = (name, value) =>
      set(name, name.toLowerCase() === "location" ? how.onward(value) : value);
    const {pathname} = new URL(request.url, "http://here");
    if (pathname === "/jwks") {
      ++asked.keys;
      answer.setHeader("Content-Type", "application/json");
      return answer.end(JSON.stringify({keys: keys.map((one) => one.publicJwk)}));
    }
    if (pathname.startsWith("/.well-known/")) ++asked.discovery;
    if (pathname.startsWith("/interaction/"))
      return interact(request, answer).catch((error) => answer.destroy(error));
    return provider.callback()(request, answer);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const trusted = [
    "[[auth.issuer]]", `issuer = "${url}"`, `audience = "${audience}"`, `jwks_url = "${url}/jwks"`,
    'role_claim = "tickets.roles"', ""
  ].join("\n");
  return {
    url,
    how,
    asked,
    /** For the settings of a server: whom it trusts, and where its pages log in. */
    trusted,
    settings:
      [`web.oidc_issuer=${url}`, `web.oidc_client_id=${clientId}`, `web.oidc_resource=${audience}`],
    serve: (pagesUrl) => {
      provider = new Provider(url, configuration(pagesUrl));
      provider.on("grant.success", ({oidc}) => {
        ++asked[oidc.params.grant_type === "refresh_token" ? "refresh" : "code"];
      });
    },
    /** A new key comes before the others, which are kept for those who have tokens of them. */
    rotate: async () => {
      keys = [await makeKey(`key-${keys.length + 1}`), ...keys];
    },
    /** A token of the newest key, or of another one, which may be named as one likes. */
    sign: (subject, {key = keys[0], kid = key.kid} = {}) => new SignJWT(
      {}).setProtectedHeader({alg: "ES256", kid})
                                                              .setIssuer(url)
                                                              .setAudience(audience)
                                                              .setSubject(subject)
                                                              .setExpirationTime("10m")
                                                              .sign(key.privateKey),
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
