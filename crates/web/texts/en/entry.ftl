# Signing in and out, consent, and the error page.

welcome = Welcome
welcome-why = Apps send you here to sign in and to say what they may do.
sign-in-again = Sign in again
sign-in-again-why = The app asks you to confirm that it is you.
to-continue-to = to continue to { $client }
new-here = New here?
have-account = You have an account?
create-account = Create an account
your-name = Your name
password-rule = At least 10 characters. A few words together are easiest to remember.

setup = Create the first operator
setup-why = This account can run the server: users, workspaces, clients and keys.
setup-submit = Create operator

choose-account = Choose an account
continue-as = Continue as { $who }
other-account = Use another account

sign-out-question = Sign out?
sign-out-asked = { $client } asks you to sign out in this browser.
sign-out-effect = You will be signed out in this browser.
stay-signed-in = Stay signed in
signed-out = You are signed out
signed-out-apps = Apps that you connected keep their access until you disconnect them.

one-moment = One moment
sent-back = You are being sent back to the app.

choose-workspace = Choose a workspace
allow-access = Allow access?
asks-for-access = { $client } asks for access
asks-for-workspace = { $client } asks for a workspace
by-developer = By { $developer }
signed-in-as = Signed in as { $who }
account-expected = The app expected { $expected }, but you are signed in as { $who }.
consent-own-name = The app acts in your own name: what it does with this access counts as done by you.
consent-for-workspace = The app acts for the workspace, and not in your own name.
consent-unverified = Nobody has verified this app. Go on only if you know who made it and expected this.
consent-unverified-by = Nobody has verified this app. It was registered by { $developer }: go on only if you know them and expected this.
consent-poses = This app does not belong to { $brand }, although its name looks like it.
consent-unknown = Nobody has vouched for this app; it registered itself. Go on only if you started this yourself.
consent-look-alike = The name of this app uses look-alike characters. Read it with care.
for-workspace = For the workspace { $workspace }
which-workspace = Which workspace?
workspace-search = Search workspaces
workspace-none = No workspace has this name.
workspace-none-here = None of those listed has this name. “Search” looks among all.
workspace-cut = { $listed } of { $found } are listed. Search for the others.
workspace-found = { $found ->
    [one] 1 workspace has this name.
   *[other] { $found } workspaces have this name.
  }
allowed-before-title = What you allowed before
will-be-able = It will be able to
always-needed = Always needed.
answer-to = The answer goes to { $host }.
answer-to-device = The answer goes to a program on this device ({ $host }). Allow it only if you have just started that program.
allow = Allow
deny = Deny
stay-connected = Stay connected
stay-connected-hint = The app keeps access while you are away, until you disconnect it. Without this, it has to ask you again after a while.
consent-undo = You can take this back at any time under “Connected apps” in your account: what you allowed ends when access is revoked.
client-privacy = Privacy of the app
client-terms = Terms of the app

device-title = Connect a device
device-why = Enter the code that your device shows. The device then asks for access to your account.
device-compare = Go on only if you started this yourself and your device shows exactly { $code }. Somebody who sent you this link would get the access.
device-code = Code
device-hint = Eight letters, such as BCDF-GHJK. Upper or lower case does not matter.
device-allowed = You can go back to your device
device-allowed-why = { $client } has access now. You can close this page.
device-denied = Access denied
device-denied-why = { $client } was told that you refused. You can close this page.
consent-device = A device asks for this. Allow it only if you have the device before you and it shows { $code }: whoever has it gets the access.
consent-stays = This page stays open; you can close it then.
consent-sent = Your answer is on its way to the program. You can close this page when it goes on there.
answer-to-asking-device = The answer goes to the device.

unable-title = Access is not possible
unable = { $client } cannot get access with this account
unable-not-chosen = This app is only for people whom its developer has chosen, and this account is not one of them.
unable-ask-developer = Ask its developer to add you, or use another account.
unable-no-workspace = This app works for a workspace, and this account belongs to none.
unable-ask-invitation = Ask an admin of a workspace to invite you, or use another account.
unable-not-member = This app asks for a workspace that this account does not belong to.
unable-ask-member = Ask an admin of that workspace to invite you, or use another account.
unable-forbidden = This workspace does not let the app in:
unable-forbidden-all = None of your workspaces lets the app in:
unable-ask-owner = The owners of a workspace decide which apps it lets in. Ask one of them, or use another account.
unable-own = You decide which apps it lets in: change the rule, then try again.
unable-otherwise = The server cannot do what this app asks for.
unable-change = Change the rule
unable-again = Try again
unable-back = Back to the app
unable-tell-device = Refuse the device

error-title = That did not work
error-code = Error
came-from = You came from { $client }.
error-return = Return to { $client }
error-no-page = There is no page at this address.
error-form-only = This address only takes what a form sends. Go back to the page before, or begin at the first one.
error-form-unreadable = What was sent cannot be read. Load the page again and repeat it.
error-form-forged = This form was not sent from a page of this server in this browser. Load the page again; cookies must be allowed.
error-form-used = This form has made something before, with other entries, and makes nothing twice. Look at the list, or open the form anew to make another.
error-form-of-another = Somebody else was signed in when this form was opened. Nothing was done. Open the page again to do it as whoever is signed in now.
error-session-over = Your session has ended. Sign in in another tab, then go back and send the form again: what you typed is still there.
turn-ours = This is our fault, not yours. Try again in a moment.
turn-nobodys = You can close this page.
turn-wait = Wait a little, then try again.
turn-developers = You did nothing wrong. The developer of the app has to mend this.
turn-admins = Ask an owner or admin of the workspace.
turn-operators = Ask whoever runs this server.
error-list = To the list
error-home = To the start page
turn-again = Go back and start again. If this happens again, tell the developer of the app that sent you.
