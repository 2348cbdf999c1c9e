# The developer console.

done-secret-ended = The secret was ended.
done-application-deleted = The application was deleted.
done-user-revoked = The person’s access was revoked.
done-users-revoked = All access was revoked.

apps-why = What this workspace builds: programs that sign people in, or that call the API.
apps-new = New application
apps-new-first = Create the first application
apps-none = No applications yet
apps-none-why = An application has an id, and mostly a secret, with which your program signs people in or calls the API.
apps-none-ask = Admins of the workspace create them: ask one.
apps-search = Search by name
apps-not-found = No application has this in its name.
apps-all = Show all
apps-name = Name
apps-kind = Kind
apps-users = People
apps-last = Last activity
apps-never = Never

app-kind-web = With a server
app-kind-public = In a browser or on a device
app-kind-machine = Machine to machine
app-disabled = Disabled
app-tabs = Pages of this application
app-overview = Overview
app-settings = Settings
app-secrets = Secrets
app-test = Try it
app-users = People
app-activity = Activity
app-failures = Why did it fail
app-delete = Delete
app-none = None
app-client-id = Client id
app-client-secret = Client secret
app-secret-once = It is shown this once. Keep it where your server keeps secrets, never in code that you publish.
app-created = Created
app-connect = Connect your program
app-connect-why = Most libraries need no more than the issuer and the client id; they read the rest from the discovery document. The code below reads the secret from the environment.
app-issuer = Issuer
app-discovery = Discovery document

field-name = Name
field-name-hint = People read it when they are asked to allow access.
field-description = Description
field-description-hint = What it does, in a sentence or two.
field-homepage = Homepage
field-homepage-hint = An https address.
field-logo = Logo
field-terms = Terms of service
field-policy = Privacy policy
field-links-hint = Https addresses. The consent page leads to the terms and the policy.
field-redirects = Redirect URIs
field-redirects-hint = One a line. People come back to exactly these addresses: https, or http on this very device. You can add them later.
field-redirects-examples = Such as:
field-redirect = Redirect URI
field-native = It runs on people’s devices
field-native-hint = Then private schemes such as com.example.app are good, and the port of http://127.0.0.1 may differ.
field-logout = Addresses after signing out
field-logout-hint = One a line. Where people may be sent once they signed out.
field-scopes = Permissions
field-grants = Grant types
field-auth = How it proves who it is
field-auth-hint = A change from a secret to none ends the secrets; a change from none makes one.
field-sub = Tokens speak for
field-format = Form of access tokens
field-access-lifetime = Lifetime of access tokens, in seconds
field-refresh-lifetime = Refresh tokens end when unused for so many seconds
field-id-lifetime = Lifetime of ID tokens, in seconds
field-lifetime-hint = Empty for this server’s own: { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
  }.
field-allowed = Who may use it
field-allowed-hint = Ids of users, one a line (usr_…). Empty for everybody.
scope-closed = Only for verified applications: ask whoever runs this server.

auth-any = A secret, in the header or in the body
auth-basic = A secret in the header (client_secret_basic)
auth-post = A secret in the body (client_secret_post)
auth-none = Nothing: it cannot keep a secret (none)
sub-workspace = The workspace that the person chose
sub-user = The person
format-opaque = Opaque: only this server reads them
format-jwt = JWT, which your API can check by itself

new-title = New application, step { $step }
new-step = Step { $step } of { $steps }
new-kind = What do you build?
new-kind-legend = The rest follows from this; you can change it later.
new-web = Web application with a server
new-web-why = Pages that a server of yours makes. It can keep a secret.
new-web-chosen = It gets a secret, and signs people in with a code and PKCE; refresh tokens keep it connected.
new-spa = Single-page application
new-spa-why = JavaScript in the browser without a server of its own. Whoever opens it can read all of it.
new-spa-chosen = It has no secret, and signs people in with a code and PKCE; each refresh token is good once.
new-native = Native, desktop or command line
new-native-why = Installed on people’s devices. It opens the browser to sign in.
new-native-chosen = It has no secret, and signs people in with a code and PKCE over a scheme of its own or a local port.
new-machine = Machine to machine
new-machine-why = A server or job that acts in its own name. No person signs in.
new-machine-chosen = It gets a secret, and exchanges it for access tokens (client credentials). No person takes part.
new-agent = AI agent or MCP client
new-agent-why = An agent that calls the API on somebody’s behalf, on their device or from a service.
new-agent-chosen = It has no secret, and signs people in with a code and PKCE, at a local port or an https address.
new-about = About it
new-back = Back
new-permissions = What may it ask for?
new-permissions-why = People see these when it asks, and may say no to some. Take what it needs; you can add more later.
new-permissions-machine = All that you tick is in its tokens unless it asks for less.
new-review = Is this right?
new-no-redirects = None yet. Without one nobody can sign in; add it in the settings.
new-no-scopes = None
new-create = Create the application
made-title = Application created
made-lead = { $name } is ready.
made-public = It has no secret: whoever has the program could read it. PKCE protects each sign-in.
made-next = What next
made-next-snippets = Copy the code that connects your program
made-next-test = Try a sign-in from the page
made-next-settings = Look at all settings

settings-about = About it
settings-protocol = How it signs in
settings-tokens = Tokens
settings-people = People

secret-new = Your new secret
secret-add = Add a secret
secret-end = End this secret
secret-end-short = End
secret-end-one = End the secret …{ $hint }
secret-end-what = The secret that ends in { $hint } will not be accepted any more, from this moment on.
secret-end-last = It is the only one: { $name } cannot get tokens until you add another.
secrets-why = Two can live at once. Add the new one, bring it to your servers, see that it is used, and end the old one.
secrets-public = This application is public and has no secret.
secrets-none = No secret is good. Without one the application cannot get tokens.
secrets-full = There are two. End one before you add another.
secrets-hint = Ends in
secrets-created = Created
secrets-used = Last used
secrets-expires = Expires
secrets-no-end = Never

delete-title = Delete { $name }?
delete-what = { $name } and its secrets are gone for good. This cannot be undone.
delete-people = { $count ->
    [0] Nobody gave it access.
    [one] One person gave it access, and loses it.
   *[other] { $count } people gave it access, and lose it.
  }
delete-grants = { $count ->
    [0] No grant is alive.
    [one] One living grant ends; its tokens are dead at once.
   *[other] { $count } living grants end; their tokens are dead at once.
  }

users-why = Those who allowed it something. You learn names and addresses only where the person allowed that, or belongs to this workspace.
users-none = Nobody yet
users-none-why = People are listed here once they allow the application something.
users-count = { $count ->
    [one] One person
   *[other] { $count } people
  }
users-who = Who
users-permissions = Permissions
users-where = Where
users-last = Last use
users-since = Since
users-own-name = In their own name
user-revoke = Revoke
user-revoke-one = Revoke the access of { $who }
user-revoke-title = Revoke this person’s access?
user-revoke-what = What { $who } allowed is taken back, in all workspaces, and the tokens are dead at once.
user-revoke-then = When { $name } asks again, it can be allowed again.
users-revoke = Revoke all
users-revoke-title = Revoke everybody’s access to { $name }?
users-revoke-people = { $count ->
    [0] Nobody gave it access.
    [one] One person loses access.
   *[other] { $count } people lose access.
  }

activity-title = Activity of { $days } days
activity-range = Range
activity-days = { $days } days
activity-none = Nothing happened
activity-none-why = Tokens issued and checked are counted here, by day, in UTC.
activity-requests = Requests
activity-users = People
activity-errors = Errors
activity-desc = A bar for each day. { $total } in all, at most { $most } on one day.
activity-most = At most { $most }
activity-reasons = Errors by reason
activity-counted-from = There were very many: all of them are counted from { $day } on.
activity-reason = Reason
activity-count = How often
activity-why = See why they failed
activity-table = The same as a table
activity-day = Day

failures-why = The last requests of this application that were refused. Only you read the exact reason; the caller is told less.
failures-none = No refused requests
failures-none-why = When something fails, you see here what was checked, what failed, and what to change.
failures-inactive = The token was found inactive
failures-advice = What to change:
failures-checks = What was checked and sent
failures-no-checks = The checks of this reason are not known any more.
failures-older = Older
failures-from = From
verdict-passed = passed
verdict-failed = failed
verdict-unreached = not reached
endpoint-authorization = Authorization
endpoint-token = Token
endpoint-code = Token, for a code
endpoint-refresh = Token, for a refresh token
endpoint-client = Token, client credentials
endpoint-introspection = Introspection
endpoint-revocation = Revocation
endpoint-userinfo = Userinfo
endpoint-registration = Registration
endpoint-management = Management

test-title = Try a sign-in
test-why = The page puts together the very request that your program sends, with a state and a PKCE pair made for it. You open it, decide, and come back to your redirect URI, whether or not anything answers there. Then you paste the address here.
test-no-redirects = No redirect URI is registered. Add one in the settings first.
test-build = Build the request
test-request = The request
test-request-why = A real authorization: what you allow counts, and you can disconnect the application in your account.
test-open = Open it in a new tab
test-parts = Its parts
test-response-type = Asks for a code.
test-client-id = Who asks.
test-redirect-uri = Where the answer goes; exactly as registered.
test-scope = What it asks for.
test-state = Comes back unchanged, so that the program knows its own request.
test-challenge = The SHA-256 of the code verifier, as base64url.
test-method = How the challenge was made.
test-verifier = Kept by the program until the exchange; it proves that the same program asked.
test-back = And back
test-back-label = The address that you came back to
test-back-hint = Copy it from the address bar, even when the page there does not load.
test-check = Check it
test-answer = What came back
test-check-address = It is an address
test-check-place = It is the redirect URI of the request
test-check-state = The state is the one that was sent
test-check-issuer = The issuer (iss) is this server
test-check-code = It brings a code
test-said = The server said
test-see-failures = See why it failed
test-exchange = All is well. Your program now exchanges the code, within a minute and once:
test-command = Command
test-again = Begin again
test-machine = Get a token
test-machine-why = No person takes part: the application exchanges its secret for an access token.
test-error-denied = The person said no, or may not use the application. A program says so kindly and offers to try again.
test-error-scope = A permission was asked for that does not exist or is not the application’s.
test-error-request = The request itself is wrong.
test-error-server = The server could not answer. Try again in a moment.
test-error-other = The request could not be answered without asking the person.
