# The person's own account.

done-saved = Saved.
done-saved-unreviewed = Saved. The app is unverified until the operator reviews the change.
done-disconnected = Disconnected. What the app held is worthless now.
done-password-changed = Your password was changed. You are signed out everywhere else, your personal access tokens are revoked, and apps need you to sign in again.
done-password-changed-only = Your password was changed.
done-session-ended = Signed out there.
done-sessions-ended = Signed out everywhere else.
done-token-revoked = The token was revoked.

profile-language = Language
profile-browsers = The browser’s
profile-zone = Time zone
profile-zone-hint = Such as Europe/Berlin. Without one, times are told in the browser’s.
profile-workspace = Default workspace
profile-no-workspace = None in particular
profile-workspace-hint = Apps that ask for no workspace of their own are told of this one.

apps-lead = Apps that you allowed something, and what. Disconnecting takes effect at once.
apps-none = No app is connected.
apps-none-why = When you allow an app something, it appears here, and you can take it back.
apps-own-name = In your own name
apps-since = Since
apps-last-use = Last use
apps-never = never
apps-long-ago = not recently
apps-disconnect = Disconnect
apps-disconnect-all = Disconnect everywhere
apps-disconnect-named = Disconnect: { $app }
apps-disconnect-all-named = Disconnect everywhere: { $app }
apps-disconnect-one = Disconnect: { $app }, { $workspace }
apps-ask-title-all = Disconnect { $app }?
apps-ask-title-own = Disconnect { $app } from your account?
apps-ask-title-one = Disconnect { $app } from { $workspace }?
apps-ask-all = { $app } loses all that you allowed it, in every workspace.
apps-ask-own = { $app } loses what you allowed it in your own name.
apps-ask-one = { $app } loses what you allowed it in { $workspace }.
apps-ask-again = It happens at once. To use the app again, you allow it again.

security-password = Password
security-current = Current password
security-new = New password
security-new-hint = At least 10 characters.
security-change = Change password
security-end-others = Sign out everywhere else
security-end-others-hint = Ends all other sessions, revokes your personal access tokens, and signs you out of connected apps. Recommended if someone may know your password.
security-no-password = You sign in without a password, so there is none to change.

sessions-title = Where you are signed in
sessions-device = Device
sessions-address = Address
sessions-no-address = Unknown
sessions-since = Signed in
sessions-last-seen = Last seen
sessions-this = This browser
sessions-end = End
sessions-end-named = End: { $device }
sessions-end-button = Sign out there
sessions-end-others = End all others
sessions-ask = Sign out there?
sessions-ask-line = { $device } has to sign in again.
sessions-ask-line-address = { $device }, last seen at { $address }, has to sign in again.
sessions-ask-others = Sign out everywhere else?
sessions-ask-others-line = Every browser but this one has to sign in again.
sessions-ask-apps = Connected apps stay connected.

device-both = { $browser } on { $system }
device-system = A browser on { $system }
device-unknown = Unknown device

tokens-lead = For programs that act for you. Whoever has a token can do what it allows: keep it like a password.
tokens-none = You have no access tokens.
tokens-none-why = Make one for a script or a tool that calls the API in your name.
tokens-new = New token
tokens-name = Name
tokens-name-hint = What it is for, such as “Backup script”.
tokens-hint = Ends with { $hint }
tokens-scopes = Permissions
tokens-scopes-hint = Select what the token is for, at least one permission. It never allows more than you may do yourself.
scopes-all = Select all
tokens-created = Created
tokens-last-use = Last use
tokens-unused = Never
tokens-expires = Expires
tokens-expired = Expired
tokens-never = Never
tokens-days = { $days ->
    [one] In { $days } day
   *[other] In { $days } days
  }
tokens-create = Create token
tokens-made = Your new token
tokens-made-line = { $name } is ready.
tokens-made-label = Access token
tokens-revoke = Revoke
tokens-revoke-named = Revoke: { $name }
tokens-ask = Revoke this token?
tokens-ask-line = Programs that use { $name } stop working at once, and apps that got access with it lose it.

workspaces-title = Your workspaces
workspaces-none = You belong to no workspace.
workspaces-none-why = Ask an admin of one to invite you.
