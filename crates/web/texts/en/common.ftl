# Words that many pages share.

footer-terms = Terms
footer-privacy = Privacy
footer-help = Help

sign-in = Sign in
sign-out = Sign out
continue = Continue
cancel = Cancel
save = Save
copy = Copy
copied = Copied
email-address = Email address
password = Password
request-id = Request id
wait-seconds = { $count ->
    [one] You can try again in one second.
   *[other] You can try again in { $count } seconds.
}
wait-minutes = You can try again in { $count } minutes.

role-member = Member
role-admin = Admin
role-owner = Owner

nav-skip = Skip to the content
nav-label = Pages
nav-menu = Menu
nav-account = Your account
nav-operator = This server
nav-switch = Other workspaces
nav-profile = Profile
nav-connected = Connected apps
nav-security = Security
nav-own-applications = My apps
nav-tokens = Access tokens
nav-applications = Applications
nav-access = Apps with access
nav-members = Members
nav-api-keys = API keys
nav-webhooks = Webhooks
nav-audit = Audit log
nav-health = Health
nav-users = Users
nav-workspaces = Workspaces
nav-clients = Clients
nav-keys = Signing keys
nav-all-audit = Events
nav-all-webhooks = Server webhooks
nav-settings = Settings

badge-first-party = From { $brand }
badge-verified = Verified
badge-unverified = Not verified
badge-unknown = Unknown developer
badge-sensitive = Sensitive
badge-allowed-before = Allowed before

confirm-for-good = This cannot be undone.
confirm-undo = You can undo it afterwards.
confirm-undo-partly = You can undo it afterwards, but access that it ends stays ended.
undo = Undo
undo-partly = Access that ended stays ended.

busy-soon = One moment …
busy-long = This takes a little longer. Please stay on this page.

under-way-title = One moment
under-way-why = You sent this form a moment ago, and it is being worked on. It is done once, not twice.
under-way-show = Show the result

list-page = Page { $page } of { $pages }
list-earlier = Previous
list-later = Next
list-more = There are more. The first 1,000 are listed; a longer part of the name finds fewer.
list-pages = Pages of this list

list-search = Search
list-search-go = Search
list-search-all = Show all
list-nothing-found = Nothing was found.

scopes-title = Permissions
scopes-many = { $scopes } permissions

form-changed-meanwhile = This was changed meanwhile. What you entered is not saved yet, and still here.
form-saved-title = Saved meanwhile
form-saved-replaced = Somebody saved this meanwhile, and you entered something else. Saving replaces it:
form-saved-taken = Somebody saved this meanwhile. It is taken over below:
form-saved-empty = Nothing
form-too-late = This was changed meanwhile, so nothing was done. You see what holds now.

# What an app receives besides its permissions.
receives-workspace-named = The app receives your user ID, the ID and name of the workspace, and your roles in it.
receives-workspace = The app receives the ID of the workspace and your roles in it.
receives-own-named = The app receives your user ID, the ID and name of { $workspace }, and your roles in it.
receives-own-in = The app receives your user ID, the ID of { $workspace }, and your roles in it.
receives-own = The app receives your user ID.
receives-own-none = The app receives your user ID, but no workspace and no roles.
receives-own-also-named = It also receives the ID and name of { $workspace } and your roles in it.
receives-own-also = It also receives the ID of { $workspace } and your roles in it.
receives-own-next = The next time you sign in to the app, it receives your default workspace at that time, if you have one.
receives-resource = { $resource } also receives your user ID.
receives-resource-app = The app and { $resource } also receive your user ID.
receives-developer = The app's developer can see your user ID.
receives-apis = If the app uses { $resource }, that API also receives your user ID.
receives-apis-app = If the app uses { $resource }, the app and that API also receive your user ID.
receives-people-named = The app receives the user IDs of these people, the ID and name of this workspace, and their roles in it.
receives-people = The app receives the ID of this workspace and the roles of these people.
receives-people-some = The app receives the ID of this workspace and the roles of these people. It receives the workspace's name and a user ID only from people who allowed { $permission }.
receives-people-developer = The app's developer can see the user IDs of these people.
receives-people-apis = If the app uses { $resource }, that API also receives these user IDs.
receives-people-apis-app = If the app uses { $resource }, the app and that API also receive the user IDs of these people.
receives-own-names = These people use the app in their own names. It receives their user IDs, the ID of this workspace, and their roles in it. It receives the workspace's name only from people who allowed { $permission }.
form-problem-line = { $field }, line { $line }

unprotected-title = Unprotected requests
unprotected-requests = { $requests ->
    [one] One authorization request in the last { $days } days had neither PKCE nor a nonce.
   *[other] { $requests } authorization requests in the last { $days } days had neither PKCE nor a nonce.
  }
unprotected-last = The last one:
unprotected-why = Anyone who gets hold of a user’s authorization code can use it to sign in to the app as that user.
unprotected-do = Turn on PKCE in the app’s library, or at least send a nonce.
unprotected-require = Once the app uses PKCE, require it in the settings.
unprotected-operator = Ask the app’s developer to turn on PKCE, or at least to send a nonce.
