# Workspace.

word-change = Change
word-remove = Remove
word-role = Role
word-since = Since
word-expires = Expires
word-actions = Actions
word-unknown-maker = Unknown
word-days = { $days ->
    [one] 1 day
   *[other] { $days } days
  }
shown-once = This is shown only now. Copy it before you leave this page.
shown-done = Done

role-member-means = Members use the workspace with apps and see who belongs to it.
role-admin-means = Admins also manage members, apps, API keys and webhooks.
role-owner-means = Owners may do everything, and decide which apps are let in.

done-role-changed = The role was changed.
done-member-removed = The person was removed.
done-left = You left the workspace.
done-joined = Welcome: you are a member now.
done-invitation-revoked = The invitation was withdrawn.

members-lead = Everybody who belongs to this workspace.
members-search = Search by name or email address
members-none = Nobody was found
members-none-hint = Search for another part of the name or address.
members-person = Person
members-you = You
members-disabled = Account disabled
members-role-of = Role of { $who }
members-remove-of = Remove { $who }
members-remove-title = Remove this person?
members-remove-who = { $who } will no longer belong to this workspace.
members-remove-effect = What they allowed apps in this workspace ends at once. They can come back only by a new invitation.
members-remove-button = Remove
members-leave-title = Leave the workspace?
members-leave-which = You will no longer belong to { $workspace }.
members-leave-effect = What you allowed apps in this workspace ends at once. You can come back only by a new invitation.
members-leave-button = Leave

invitations-title = Invitations
invitations-lead = Links that let somebody join. Each works once.
invitations-new = Invite somebody
invitations-new-lead = You get a link to pass on yourself. Whoever has it can join, once.
invitations-none = No invitation is open
invitations-none-hint = Invite somebody to work in this workspace with you.
invitations-for = For
invitations-anybody = Whoever has the link
invitations-by = By
invitations-paused = Paused
invitations-paused-why = The link doesn’t work while this account is disabled.
invitations-email = Email address (optional)
invitations-email-hint = Whom the link is for. Nothing is sent there; somebody with another address is asked before they accept.
invitations-lifetime = Good for
invitations-make = Make the link
invitations-made = The invitation is ready
invitations-made-lead = Pass this link on to the person you invite. It works once, for the role { $role }.
invitations-link = Link
invitations-revoke-title = Withdraw this invitation?
invitations-revoke-which = For { $whom }, with the role { $role }.
invitations-revoke-effect = Its link stops working at once.
invitations-revoke-button = Withdraw

join-title = Invitation
join-by = { $who } invites you to { $workspace }
join-into = You are invited to { $workspace }
join-role = You would join with the role { $role }.
join-sign-in = Sign in to accept. You come back here.
join-accept = Accept the invitation
join-go = Go to the workspace
join-meant-for = It is meant for the person with the address { $who }.
join-meant-for-you = It is meant for you: { $who }.
join-meant-for-another = It is meant for another address: { $who }. Do you have an account with that one?
join-anyway = Accept with the account { $who } nevertheless. The link is used up then, and whoever it was meant for needs a new one.
join-still-good = The invitation was not used: somebody else can accept it.
join-was-you = If you did, sign in.
join-until = Good until

word-name = Name
word-add = Add
word-never = Never
word-never-used = Never
word-last-used = Last used
word-expired = Expired
word-after-days = After { $days } days

done-app-revoked = The app has lost its access to this workspace.
done-app-person-revoked = The app has lost the access that this person gave it.
done-policy-changed = The rule is in force.
done-app-listed = The app is on the list.
done-app-unlisted = The app is off the list.
done-api-keys-adopted = Adopted. You are the creator of these keys now.
done-api-key-revoked = The key was revoked.

access-lead = What members allowed apps to do in this workspace, and which apps receive its ID and members’ roles.
access-none = No app has access
access-none-hint = Apps appear here when a member allows them something in this workspace, or when they receive its ID and a member’s roles.
access-search = Search by name
access-not-found = No app has this name
access-not-found-hint = Search for another part of the name.
access-people = { $people ->
    [one] Allowed by 1 person
    [1001] Allowed by more than 1,000 people
   *[other] Allowed by { $people } people
  }
access-own-names = { $people ->
    [one] Used by 1 person in their own name
    [1001] Used by more than 1,000 people in their own names
   *[other] Used by { $people } people in their own names
  }
access-own-receives = From people who use it in their own names, the app receives this workspace’s ID and these people’s roles.
access-own-who = Who uses it in their own name
access-own-private = What else they allowed the app is visible only to them, and only they can disconnect it.
access-own-end = An app that this workspace does not let in receives neither its ID nor these roles. Change the rule here:
access-own-ask = An app that this workspace does not let in receives neither its ID nor these roles. Owners decide which apps it lets in.
access-own-always = Every workspace lets in the operator’s own apps.
access-ends-own-names = { $people ->
    [one] 1 person uses the app in their own name: it no longer receives this workspace’s ID and that person’s roles.
    [1001] More than 1,000 people use the app in their own names: it no longer receives this workspace’s ID and these people’s roles.
   *[other] { $people } people use the app in their own names: it no longer receives this workspace’s ID and these people’s roles.
  }
access-look = Details
access-look-at = Details of { $client }
access-app = App
access-trust = Trust
access-may = What it may do
access-homepage = Homepage
access-client-id = Client ID
access-who = Who allowed it
access-allowed = Allowed
access-revoke = Revoke
access-revoke-of = Revoke what { $who } allowed
access-revoke-button = Revoke access
access-revoke-app-title = Revoke the access of this app?
access-revoke-app = { $client } loses all access to this workspace. What people allowed it for themselves stays.
access-revoke-person-title = Revoke what this person allowed?
access-revoke-person = { $client } loses the access to this workspace that { $who } gave it.
access-ends-people = { $people ->
    [one] What 1 person allowed ends.
    [1001] What more than 1,000 people allowed ends.
   *[other] What { $people } people allowed ends.
  }
access-ends-grants = { $grants ->
    [0] No authorization is in use now.
    [1001] More than 1,000 authorizations end, and their tokens stop working at once.
    [one] 1 authorization ends, and its tokens stop working at once.
   *[other] { $grants } authorizations end, and their tokens stop working at once.
  }

policy-title = Allowed apps
policy-lead = Which apps members may give access to this workspace.
policy-which = Rule
policy-in-force = In force
policy-all = Every app
policy-all-means = Members decide for themselves.
policy-verified = Verified apps
policy-verified-means = Only apps that the operator of this server has verified, and the operator’s own.
policy-listed = Apps on the list
policy-listed-means = Only apps on the list below, and the operator’s own.
policy-next = Continue
policy-ends-apps = { $apps ->
    [one] 1 app would lose its access at once.
   *[other] { $apps } apps would lose their access at once.
  }
policy-ends-people = { $people ->
    [1001] More than 1,000 people are affected.
    [one] 1 person is affected.
   *[other] { $people } people are affected.
  }
policy-ends-own-names = { $apps ->
    [one] 1 app that people use in their own names would no longer receive this workspace’s ID and these people’s roles.
   *[other] { $apps } apps that people use in their own names would no longer receive this workspace’s ID and these people’s roles.
  }
policy-ends-nothing = Nobody loses access.
policy-change-title = Change the rule?
policy-change-to = From now on: { $policy }.
policy-change-button = Change the rule
policy-list = List of allowed apps
policy-list-used = Only these apps are let in.
policy-list-kept = The list counts when the rule is “Apps on the list”.
policy-list-none = No app is on the list
policy-list-none-hint = Add apps before you choose this rule, so that nobody loses access.
policy-add = Add an app
policy-add-known = Apps with access
policy-add-id = Client ID
policy-remove-of = Remove { $client } from the list
policy-remove-title = Remove this app from the list?
policy-remove-which = { $client } will no longer be on the list of allowed apps.
policy-remove-button = Remove

api-keys-lead = With a key, a program acts for this workspace.
api-keys-new = New API key
api-keys-new-lead = Give every program a key of its own, with no more than it needs.
api-keys-none = There is no API key
api-keys-none-hint = Make one for a program that works with the management API.
api-keys-may = May do
api-keys-by = Created by
api-keys-by-operator = Operator
api-keys-lost = Lost rights
api-keys-lost-lead = { $keys ->
    [one] One key has fewer rights than it was created with, because the person who created it left, was disabled, or has a lower role. Adopt a key to become its creator and give it your rights.
   *[other] { $keys } keys have fewer rights than they were created with, because the person who created them left, was disabled, or has a lower role. Adopt a key to become its creator and give it your rights.
}
api-keys-lost-elsewhere = On other pages of this list:
api-keys-lost-more = and { $keys } more
api-keys-lost-now = Now works as { $role }
api-keys-lost-all = Does not work
api-keys-adopt = Adopt
api-keys-adopt-of = Adopt { $name }
api-keys-adopt-all = { $keys ->
    [one] Adopt { $keys } key
   *[other] Adopt { $keys } keys
}
api-keys-name-hint = What the key is for, such as the name of the program.
api-keys-scopes = Scopes
api-keys-scopes-hint = Select what the key may do within its role, at least one scope.
api-keys-make = Make the key
api-keys-made = The key is ready
api-keys-made-lead = Give it to the program as a bearer token. Keep it as secret as a password.
api-keys-key = API key
api-keys-revoke-of = Revoke { $name }
api-keys-revoke-title = Revoke this API key?
api-keys-revoke-which = The key { $name }, which ends in { $hint }.
api-keys-revoke-effect = Programs that use it are locked out at once.
api-keys-revoke-button = Revoke

done-webhook-on = The webhook is on.
done-webhook-off = The webhook is off.
done-webhook-test = A test is on its way. Load this page again to see what becomes of it.
done-webhook-deleted = The webhook was deleted.
done-webhook-replayed = The message is on its way again.

webhooks-lead = Your programs are told at once of what happens in this workspace and with its applications.
webhooks-lead-operator = Your programs are told at once of everything that happens on this server.
webhooks-new = New webhook
webhooks-new-lead = Messages are signed as Standard Webhooks describe, and sent until they are accepted.
webhooks-none = There is no webhook
webhooks-none-hint = Make one to be told when something happens, instead of asking again and again.
webhooks-on = On
webhooks-off = Off
webhooks-since = Since
webhooks-pages = Pages of this webhook
webhooks-settings = Settings
webhooks-change = Change
webhooks-url = URL
webhooks-url-hint = An https address of yours that accepts POST.
webhooks-description = Description (optional)
webhooks-events = Events
webhooks-all-events = All events
webhooks-all-means = Also those that later versions add.
webhooks-some-events = Only these
webhooks-kinds = { $kinds ->
    [one] 1 kind of event
   *[other] { $kinds } kinds of events
  }
webhooks-make = Make the webhook
webhooks-made = The webhook is ready
webhooks-rotated = The secret was replaced
webhooks-secret = Signing secret
webhooks-secret-lead = Your program checks with it that a message comes from this server.
webhooks-both = Messages are signed with the old secret as well until
webhooks-test = Send a test
webhooks-test-means = Send a message that says nothing but that it arrived.
webhooks-switch-off = Switch off
webhooks-switch-on = Switch on
webhooks-off-means = Nothing is sent any more, and nothing new is kept, until you switch it on.
webhooks-on-means = Send again, beginning with what waited.
webhooks-rotate = Replace the secret
webhooks-rotate-means = Get a new signing secret, while the old one may sign on for a while.
webhooks-rotate-which = Messages to { $url } will be signed with a new secret.
webhooks-overlap = Sign with the old secret as well
webhooks-overlap-hint = Enough time to give the new one to your program. Choose “not at all” if the old one is known to others.
webhooks-hours = { $hours ->
    [0] Not at all
    [one] For 1 hour
    [24] For 1 day
    [168] For 7 days
   *[other] For { $hours } hours
  }
webhooks-delete-title = Delete this webhook?
webhooks-delete-which = Nothing more is sent to { $url }.
webhooks-delete-effect = The webhook is deleted with the record of its messages.
webhooks-delete-button = Delete

deliveries-title = Deliveries
deliveries-filter = State
deliveries-all = All
deliveries-pending = Pending
deliveries-delivered = Delivered
deliveries-dead = Given up
deliveries-none = No message here
deliveries-none-hint = Messages appear when something happens. Send a test to try the webhook.
deliveries-event = Event
deliveries-state = State
deliveries-answer = Answer
deliveries-when = Last attempt
deliveries-status = Status { $status }
deliveries-took = ({ $ms } ms)
deliveries-no-answer = None yet
deliveries-not-yet = Not yet
deliveries-next = Next:
deliveries-attempts = { $attempts ->
    [0] Not tried yet
    [one] 1 attempt
   *[other] { $attempts } attempts
  }
deliveries-replay = Send again
deliveries-newest = Newest
deliveries-older = Older
