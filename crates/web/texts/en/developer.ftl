# The developer console.

done-secret-ended = The secret was ended.
done-application-deleted = The application was deleted.
done-user-revoked = The person’s access was revoked.
done-users-revoked = All access was revoked.

dev-apps-why = What this workspace builds: programs that sign people in, or that call the API.
dev-own-why = Apps that you registered yourself, with one of your access tokens. Only you manage them.
dev-own-none = An app appears here when you register it with a personal access token.
dev-apps-new = New application
dev-apps-new-first = Create the first application
dev-apps-none = No applications yet
dev-apps-none-why = An application has an id, and mostly a secret, with which your program signs people in or calls the API.
dev-apps-none-ask = Admins of the workspace create them: ask one.
dev-apps-search = Search by name
dev-apps-not-found = No application has this in its name.
dev-apps-all = Show all
dev-apps-name = Name
dev-apps-kind = Kind
dev-apps-users = People
dev-apps-last = Last activity
dev-apps-never = Never

dev-app-kind-web = With a server
dev-app-kind-public = In a browser or on a device
dev-app-kind-machine = Machine to machine
dev-app-disabled = Disabled
dev-app-tabs = Pages of this application
dev-app-overview = Overview
dev-app-settings = Settings
dev-app-secrets = Secrets
dev-app-test = Try it
dev-app-users = People
dev-app-activity = Activity
dev-app-failures = Why did it fail?
dev-app-delete = Delete
dev-app-none = None
dev-app-client-id = Client id
dev-app-client-secret = Client secret
dev-app-secret-once = It is shown this once. Keep it where your server keeps secrets, never in code that you publish.
dev-app-created = Created
dev-app-connect = Connect your program
dev-app-connect-why = Most libraries need no more than the issuer and the client id; they read the rest from the discovery document. The code below reads the secret from the environment.
dev-app-issuer = Issuer
dev-app-discovery = Discovery document

dev-settings-reviewed = The operator reviewed this app as it is. If you change its name, redirect URIs, type, client authentication, logo, links or permissions, it becomes unverified until the operator reviews it again, and workspaces that only allow verified apps lose it. Until then it can't ask for sensitive permissions, and tokens in its own name end.
dev-settings-unreviewed = This app changed since the operator reviewed it. It is unverified, and can't ask for sensitive permissions, until they review it again.
dev-field-name = Name
dev-field-name-hint = People read it when they are asked to allow access.
dev-field-description = Description
dev-field-description-hint = What it does, in a sentence or two.
dev-field-homepage = Homepage
dev-field-homepage-hint = An https address.
dev-field-logo = Logo
dev-field-terms = Terms of service
dev-field-policy = Privacy policy
dev-field-links-hint = Https addresses. The consent page leads to the terms and the policy.
dev-field-redirects = Redirect URIs
dev-field-redirects-hint = One a line. People come back to exactly these addresses: https, or http on this very device. You can add them later.
dev-field-redirects-examples = Such as:
dev-field-redirect = Redirect URI
dev-field-native = It runs on people’s devices
dev-field-native-hint = Then private schemes such as com.example.app are good, and the port of http://127.0.0.1 may differ.
dev-field-logout = Addresses after signing out
dev-field-logout-hint = One a line. Where people may be sent once they signed out.
dev-field-scopes = Permissions
dev-field-grants = Grant types
dev-field-auth = How it proves who it is
dev-field-auth-hint = A change from a secret to another method revokes the secrets. A change to a secret creates one. Keys are removed unless the app uses a key pair.
dev-field-jwks = Public keys (JWKS)
dev-field-jwks-hint = For a key pair: paste a JWK set, or enter its URL below. Never paste a private key.
dev-field-jwks-uri = URL of the public keys
dev-field-jwks-uri-hint = For a key pair: an https address that returns a JWK set. New keys are found within a minute.
dev-field-auth-alg = Signature algorithm of the key pair
dev-auth-alg-any = Any supported algorithm
dev-keys-title = Registered keys
dev-field-pkce = Require PKCE
dev-field-pkce-hint = Protects authorization codes. Turn it off only if the app’s library doesn’t support PKCE; then it must send a nonce. Public apps, and redirects to this device, always need it.
dev-app-dropped = Not registered
dev-app-dropped-why = The app requested this at registration. This server doesn’t support it, or doesn’t allow it for this app.
dev-field-sub = Tokens speak for
dev-field-format = Form of access tokens
dev-field-access-lifetime = Lifetime of access tokens, in seconds
dev-field-refresh-lifetime = Refresh tokens end when unused for so many seconds
dev-field-id-lifetime = Lifetime of ID tokens, in seconds
dev-field-lifetime-hint = Empty for this server’s own: { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
  }.
dev-field-allowed = Who may use it
dev-field-allowed-hint = Ids of users, one a line (usr_…). Empty for everybody.
dev-scope-closed = Only the operator can add this permission.

dev-auth-any = A secret, in the header or in the body
dev-auth-basic = A secret in the header (client_secret_basic)
dev-auth-post = A secret in the body (client_secret_post)
dev-auth-keys = A key pair (private_key_jwt)
dev-auth-none = Nothing: it cannot keep a secret (none)
dev-sub-workspace = The workspace that the person chose
dev-sub-user = The person
dev-format-opaque = Opaque: only this server reads them
dev-format-jwt = JWT, which your API can check by itself
dev-field-id-claims = Profile and email in the ID token
dev-field-id-claims-hint = For apps that read the ID token and never call userinfo.
dev-id-claims-default = Server default
dev-id-claims-on = Include
dev-id-claims-off = Leave out

dev-new-title = New application, step { $step }
dev-new-step = Step { $step } of { $steps }
dev-new-kind = What do you build?
dev-new-kind-legend = The rest follows from this; you can change it later.
dev-new-web = Web application with a server
dev-new-web-why = Pages that a server of yours makes. It can keep a secret.
dev-new-web-chosen = It gets a secret, and signs people in with a code and PKCE; refresh tokens keep it connected.
dev-new-pkce-optional = Its library doesn’t support PKCE
dev-new-pkce-optional-hint = Then the app must send a nonce. Leave this off if you aren’t sure.
dev-new-spa = Single-page application
dev-new-spa-why = JavaScript in the browser without a server of its own. Whoever opens it can read all of it.
dev-new-spa-chosen = It has no secret, and signs people in with a code and PKCE; each refresh token is good once.
dev-new-native = Native, desktop or command line
dev-new-native-why = Installed on people’s devices. It opens the browser to sign in.
dev-new-native-chosen = It has no secret, and signs people in with a code and PKCE over a scheme of its own or a local port.
dev-new-machine = Machine to machine
dev-new-machine-why = A server or job that acts in its own name. No person signs in.
dev-new-machine-chosen = It gets a secret, and exchanges it for access tokens (client credentials). No person takes part.
dev-new-agent = AI agent or MCP client
dev-new-agent-why = An agent that calls the API on somebody’s behalf, on their device or from a service.
dev-new-agent-chosen = It has no secret, and signs people in with a code and PKCE, at a local port or an https address.
dev-new-about = About it
dev-new-back = Back
dev-new-permissions = What may it ask for?
dev-new-permissions-why = People see these when it asks, and may say no to some. Take what it needs; you can add more later.
dev-new-permissions-machine = All that you tick is in its tokens unless it asks for less.
dev-new-review = Is this right?
dev-new-no-redirects = None yet. Without one nobody can sign in; add it in the settings.
dev-new-no-scopes = None
dev-new-create = Create the application
dev-made-title = Application created
dev-made-lead = { $name } is ready.
dev-made-public = It has no secret: whoever has the program could read it. PKCE protects each sign-in.
dev-made-next = What next
dev-made-next-snippets = Copy the code that connects your program
dev-made-next-test = Try a sign-in from the page
dev-made-next-settings = Look at all settings

dev-settings-about = About it
dev-settings-protocol = How it signs in
dev-settings-tokens = Tokens
dev-settings-people = People

dev-secret-new = Your new secret
dev-secret-add = Add a secret
dev-secret-end = End this secret
dev-secret-end-short = End
dev-secret-end-one = End the secret …{ $hint }
dev-secret-end-what = The secret that ends in { $hint } will not be accepted any more, from this moment on.
dev-secret-end-last = It is the only one: { $name } cannot get tokens until you add another.
dev-secrets-why = Two can live at once. Add the new one, bring it to your servers, see that it is used, and end the old one.
dev-secrets-public = This app authenticates without a secret.
dev-secrets-none = No secret is good. Without one the application cannot get tokens.
dev-secrets-full = There are two. End one before you add another.
dev-secrets-hint = Ends in
dev-secrets-created = Created
dev-secrets-used = Last used
dev-secrets-expires = Expires
dev-secrets-no-end = Never

dev-delete-title = Delete { $name }?
dev-delete-what = { $name } and its secrets are gone for good.
dev-delete-people = { $count ->
    [0] Nobody gave it access.
    [one] One person gave it access, and loses it.
   *[other] { $count } people gave it access, and lose it.
  }
dev-delete-grants = { $count ->
    [0] No grant is alive.
    [one] One living grant ends; its tokens are dead at once.
    [1001] More than 1,000 living grants end; their tokens are dead at once.
   *[other] { $count } living grants end; their tokens are dead at once.
  }

dev-users-why = Those who allowed it something. You learn names and addresses only where the person allowed that, or belongs to this workspace.
dev-users-none = Nobody yet
dev-users-none-why = People are listed here once they allow the application something.
dev-users-search = Find by email address or user id
dev-users-unknown = Nobody is known here by that address or id. You find an address only where you may know it.
dev-users-count = { $count ->
    [one] One person
   *[other] { $count } people
  }
dev-users-who = Who
dev-users-permissions = Permissions
dev-users-where = Where
dev-users-last = Last use
dev-users-since = Since
dev-users-own-name = In their own name
dev-user-revoke = Revoke
dev-user-revoke-one = Revoke the access of { $who }
dev-user-revoke-title = Revoke this person’s access?
dev-user-revoke-what = What { $who } allowed is taken back, in all workspaces, and the tokens are dead at once.
dev-user-revoke-then = When { $name } asks again, it can be allowed again.
dev-users-revoke = Revoke all
dev-users-revoke-title = Revoke everybody’s access to { $name }?
dev-users-revoke-people = { $count ->
    [0] Nobody gave it access.
    [one] One person loses access.
   *[other] { $count } people lose access.
  }

dev-activity-title = Activity of { $days } days
dev-activity-range = Range
dev-activity-days = { $days } days
dev-activity-none = Nothing happened
dev-activity-none-why = Tokens issued and checked are counted here, by day, in UTC.
dev-activity-requests = Requests
dev-activity-users = People
dev-activity-errors = Errors
dev-activity-desc = A bar for each day, at most { $most } on one.
dev-activity-total = { $total } in all
dev-activity-most = At most { $most } a day
dev-activity-reasons = Errors by reason
dev-activity-counted-from = There were very many: all of them are counted from { $day } on.
dev-activity-reason = Reason
dev-activity-count = How often
dev-activity-why = See why they failed
dev-activity-table = The same as a table
dev-activity-day = Day

dev-failures-why = The last requests of this application that were refused. Only you read the exact reason; the caller is told less.
dev-failures-changes = Refused changes to this application
dev-failures-changes-why = What people in the console, and keys over the API, wanted to do with this application and were refused.
dev-failures-requests = Refused requests of this application
dev-failures-no-changes = No refused changes
dev-failures-none = No refused requests
dev-failures-none-why = When something fails, you see here what was checked, what failed, and what to change.
dev-failures-inactive = The token was found inactive
dev-failures-advice = What to change:
dev-failures-checks = What was checked and sent
dev-failures-no-checks = The checks of this reason are not known any more.
dev-failures-day = Only those of { $day } (UTC).
dev-failures-reason = Only those for the reason { $reason }.
dev-failures-older = Older
dev-failures-from = From
dev-verdict-passed = passed
dev-verdict-failed = failed
dev-verdict-unreached = not reached
dev-endpoint-authorization = Authorization
dev-endpoint-token = Token
dev-endpoint-code = Token, for a code
dev-endpoint-refresh = Token, for a refresh token
dev-endpoint-client = Token, client credentials
dev-endpoint-device = Token, for a device
dev-endpoint-device-authorization = Device authorization
dev-endpoint-introspection = Introspection
dev-endpoint-revocation = Revocation
dev-endpoint-userinfo = Userinfo
dev-endpoint-registration = Registration
dev-endpoint-management = Management

dev-test-title = Try a sign-in
dev-test-why = The page puts together the very request that your program sends, with a state and a PKCE pair made for it. You open it, decide, and come back to your redirect URI, whether or not anything answers there. Then you paste the address here.
dev-test-no-redirects = No redirect URI is registered. Add one in the settings first.
dev-test-build = Build the request
dev-test-request = The request
dev-test-request-why = A real authorization: what you allow counts, and you can disconnect the application in your account.
dev-test-open = Open it in a new tab
dev-test-parts = Its parts
dev-test-response-type = Asks for a code.
dev-test-client-id = Who asks.
dev-test-redirect-uri = Where the answer goes; exactly as registered.
dev-test-scope = What it asks for.
dev-test-state = Comes back unchanged, so that the program knows its own request.
dev-test-challenge = The SHA-256 of the code verifier, as base64url.
dev-test-method = How the challenge was made.
dev-test-verifier = Kept by the program until the exchange; it proves that the same program asked.
dev-test-back = And back
dev-test-back-label = The address that you came back to
dev-test-back-hint = Copy it from the address bar, even when the page there does not load.
dev-test-check = Check it
dev-test-answer = What came back
dev-test-check-address = It is an address
dev-test-check-place = It is the redirect URI of the request
dev-test-check-state = The state is the one that was sent
dev-test-check-issuer = The issuer (iss) is this server
dev-test-check-code = It brings a code
dev-test-said = The server said
dev-test-see-failures = See why it failed
dev-test-exchange = All is well. Your program now exchanges the code, within a minute and once:
dev-test-command = Command
dev-test-again = Begin again
dev-test-machine = Get a token
dev-test-machine-why = No person takes part: the application exchanges its secret for an access token.
dev-test-error-denied = The person said no, or may not use the application. A program says so kindly and offers to try again.
dev-test-error-scope = A permission was asked for that does not exist or is not the application’s.
dev-test-error-request = The request itself is wrong.
dev-test-error-server = The server could not answer. Try again in a moment.
dev-test-error-other = The request could not be answered without asking the person.
