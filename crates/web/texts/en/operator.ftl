# The pages of whoever runs the server.

operator-search = Search
operator-none-hint = Search for something shorter, or
operator-show-all = show all
operator-name = Name
operator-state = State
operator-active = Active
operator-disabled = Disabled
operator-disabled-since = Disabled since
operator-created = Created
operator-last-use = Last used
operator-never = Never
operator-facts = Facts
operator-id = Id

span-seconds = { $n ->
    [one] 1 second
   *[other] { $n } seconds
}
span-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
span-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}
span-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}

health-all-good = Everything looks good.
health-some-wrong = { $n ->
    [one] One figure needs a look.
   *[other] { $n } figures need a look.
}
health-good = Good
health-look = Needs a look
health-bad = Bad
health-by-webhook = Webhooks with such deliveries, of every workspace and of the server. Their owners see each delivery.
health-of-server = The server
health-webhook = Webhook
health-deliveries = Deliveries
operator-first-listed = The first { $n } are listed.
health-version = Version
health-version-said = Of the program that answers you.
health-uptime = Running for
health-since = Since
health-database = Database answers in
health-no-answer = No answer
health-database-fast = There and back: nobody waits for it.
health-database-slow = There and back: slow enough to be felt at every sign-in.
health-database-silent = Nobody can sign in until it does. The log says why.
health-schema = Schema version
health-schema-fits = The one that this program needs.
health-schema-old = Older than this program needs. Run its migrations.
health-schema-new = Newer than this program knows: another node was updated before this one.
health-size = Size of the database
health-size-sqlite = SQLite, without its journal.
health-size-postgres = PostgreSQL, with all indexes.
health-jobs = Background jobs
health-jobs-run = All of them succeed.
health-jobs-panicked = One crashed and was restarted. The log says which, and why.
health-jobs-still = This job no longer succeeds. The log says why.
health-left-out = Refusals not in the audit log
health-left-out-none = Every refusal since this process began is in the audit log.
health-left-out-some = Too many at once since this process began, for example from a flood. The log of the process has them. Entries about what was done are never left out.
health-lost-lines = Lines missing from the log
health-lost-lines-none = Since this process started, every line was written.
health-lost-lines-some = Since this process started, some could not be written: the disk was full, or whatever reads standard error was too slow. No request waited for it.
health-waiting = Waiting to be written
health-waiting-few = Log entries, counts and events in memory. They are written each second.
health-waiting-many = Log entries, counts and events in memory: more than a second’s worth. The database does not keep up.
health-commits = Transactions written
health-commits-said = By this process, since it started.
health-pending = Deliveries on their way
health-pending-none = Every webhook has what it asked for.
health-pending-some = Still being tried, with growing pauses.
health-dead = Deliveries given up
health-dead-none = None was given up.
health-dead-some = Tried for as long as is done. Mend the receiver, then replay them.

users-lead = Everybody who has an account here.
users-search = Name or email address
users-none = Nobody is called that.
users-count = { $n ->
    [one] One user
   *[other] { $n } users
}
users-who = User
users-operator = Operator
users-last-sign-in = Last sign-in
users-no-session = None that is still kept

user-title = User { $name }
user-back = All users
user-own = This is you
user-email-verified = verified
user-email-unverified = not verified
user-connections = { $n ->
    [0] None
    [one] One
   *[other] { $n }
}
user-no-workspace = A member of none. Somebody has to invite them.
user-changes = Access
user-disable = Disable account
user-disable-hint = Disabled people cannot sign in, and what they hold stops working. It can be undone.
user-disable-title = Disable { $name }?
user-disable-means = { $who } is signed out everywhere. Their access tokens and everything that apps do in their name stop working at once, until you enable the account again. Nothing is deleted.
user-enable = Enable account
user-enable-hint = Lets them sign in again. Their tokens and connected apps work as before.
user-enable-title = Enable { $name }?
user-enable-means = { $who } can sign in again. Access tokens and connected apps that have not expired meanwhile work as before.
user-verify = Mark address as verified
user-verify-hint = Apps that ask for the email address then receive email_verified as true.
user-verify-title = Mark the address of { $name } as verified?
user-verify-means = Apps will receive { $who } as a verified address. Continue only if you know that it belongs to this person. If they change it, it is unverified again.
user-unverify = Mark address as unverified
user-unverify-hint = Apps then receive email_verified as false.
user-unverify-title = Mark the address of { $name } as unverified?
user-unverify-means = Apps will receive { $who } as an unverified address. Some apps then refuse sign-in.
user-make = Make operator
user-make-hint = Operators see and change everything on these pages.
user-make-title = Let { $name } run this server?
user-make-means = { $who } will see and change everything on these pages: users, workspaces, clients, keys and settings. Give this only to people whom you trust with all of it.
user-end = Take operator rights
user-end-hint = Their account and workspaces stay as they are.
user-end-title = Take operator rights from { $name }?
user-end-means = { $who } no longer opens these pages or calls the operator’s API. Their account and workspaces stay as they are.
user-change-own = This is your own account.
done-user-disabled = The account is disabled.
done-user-enabled = The account is enabled.
done-user-verified = The address is marked as verified.
done-user-unverified = The address is marked as unverified.
done-user-made = They run this server now.
done-user-ended = The operator rights are taken back.

all-workspaces = All workspaces
all-workspaces-lead = Every workspace on this server. Their owners look after members and apps.
all-workspaces-search = Name
all-workspaces-title = Workspace { $name }
all-workspaces-lists = Members and apps
all-workspaces-none = No workspace is called that.
all-workspaces-none-hint = Each person who signs up gets one of their own.
all-workspaces-count = { $n ->
    [one] One workspace
   *[other] { $n } workspaces
}

clients-lead = Every application that is registered here, whoever manages it.
clients-search = Name
clients-tier = Trust
clients-any-tier = Any
clients-none = There is no such application.
clients-none-hint = Developers make them in their workspace.
clients-count = { $n ->
    [one] One client
   *[other] { $n } clients
}

client-title = Client { $name }
client-back = All clients
client-console = Open its console
client-id = Client id
client-owner = Managed by
client-of-workspace = workspace
client-of-person = person
client-of-nobody = No owner: only the operator manages it
client-kind = Kind
client-public = Public: it cannot keep a secret
client-confidential = Confidential: it proves itself with a secret
client-keys = Confidential: it proves itself with a key pair
client-description = Description
client-site = Website
client-reviewed = Changed since your review
client-reviewed-hint = The client was trusted as it was before these changes. It is unverified until you set its trust level again.
client-redirects = Redirect URIs
client-grants = Grant types
client-scopes = Scopes
client-contacts = Contacts
client-none = None
client-owner-change = Owner
client-owner-new = New owner
client-owner-hint = The id of a workspace (wsp_…), or the email address of a person. Leave it empty if only the operator manages the client.
client-owner-title = Change the owner of { $client }?
client-owner-means = { $owner } will manage { $client }: its settings, its secrets, and the people who use it.
client-owner-means-none = Only the operator will manage { $client }.
client-owner-tokens = Tokens that the client got in its own name are revoked. It can get new ones at once.
client-owner-set = Change owner
done-client-owned = The owner was changed.
client-tier-question = How far do you trust it?
client-means-first-party = Your own product. Every workspace lets it in, people read that it is yours, and it may look into the tokens of all clients.
client-means-verified = You know who is behind it. People read that it is verified, and workspaces that ask for that let it in.
client-means-unverified = Somebody signed in registered it. People read that nobody looked at it, and it cannot register sensitive permissions by itself.
client-means-anonymous = Nobody known registered it. People are warned, and it is removed if nobody ever signs in through it.
client-trust-title = Change the trust in { $client }?
client-trust-now = From now on, { $client } counts as { $tier }.
client-trust-less = With less trust, what the client was allowed ends at once in each workspace that does not let such apps in. More trust later does not bring it back: people have to allow it again.
client-trust-unused = Nobody ever signed in through it: it is removed once { $days } days have passed since it was registered.
client-trust-set = Change trust
client-changes = Access
client-disable = Disable client
client-disable-hint = Nothing that it holds works while it is disabled. It can be undone.
client-disable-title = Disable { $client }?
client-disable-means = Nobody signs in through { $client } any more, and all its tokens and secrets stop working at once, until you enable it again. Nothing is deleted.
client-enable = Enable client
client-enable-hint = All that it holds works again.
client-enable-title = Enable { $client }?
client-enable-means = People can sign in through { $client } again, and its secrets and all tokens that have not expired meanwhile work as before.
client-pkce = PKCE
client-pkce-required = Required
client-pkce-optional = Not required
client-pkce-require = Require PKCE
client-pkce-require-hint = From now on this client must use PKCE. Requests without it fail.
client-pkce-release = Stop requiring PKCE
client-pkce-release-hint = The client may leave PKCE out where its redirect URI is https. It must then send a nonce.
client-pkce-require-title = Require PKCE from { $client }?
client-pkce-release-title = Stop requiring PKCE from { $client }?
done-client-pkce-required = PKCE is now required.
done-client-pkce-released = PKCE is no longer required.
done-client-trusted = The trust was changed.
done-client-disabled = The client is disabled.
done-client-enabled = The client is enabled.

keys-lead = They sign ID tokens and JWT access tokens. Their private parts never leave this server.
keys-states = What the states mean
keys-count = { $n ->
    [one] One published key
   *[other] { $n } published keys
}
keys-active = Signs
keys-active-means = Every new token is signed with it.
keys-next = Next
keys-next-means = Published ahead of time, so that clients know it before it signs.
keys-retired = Verifies
keys-retired-means = Signs nothing any more. It stays published until what it signed has expired.
keys-id = Key id
keys-algorithm = Algorithm
keys-since = Since
keys-until = Until
keys-no-end = Until it is rotated
keys-rotate = Rotate keys
keys-rotate-title = Rotate the signing keys?
keys-rotate-new = For each algorithm, the next key signs all new tokens from now on, and a new next key is published.
keys-rotate-old = Tokens that were signed before stay valid until they expire, and the old keys stay published for another 30 days. The keys that seal codes and opaque tokens move on in the same way: nobody is signed out.
keys-rotate-known = The next keys have been published for as long as the current ones, or for more than a day. Clients that keep a copy of the key set should know them by now.
keys-rotate-young = The next keys were published less than a day ago. Clients that keep an older copy of the key set refuse new tokens until they fetch it again. Wait a day, unless there is haste.
keys-rotate-now = Rotate now
done-keys-rotated = The keys were rotated.

settings-lead = As they are in force now, each under its name in the configuration file. They are changed there, and take effect when the server starts.
settings-search = Name or value
settings-none = No setting is called that.
settings-top = Outside of any section
settings-key = Setting
settings-value = Value
settings-hidden = Set, and hidden because it is a secret
settings-nothing = Not set
settings-entries = { $n ->
    [one] One entry
   *[other] { $n } entries
}
