# Workspace.

search = Search
change = Change
remove = Remove
role = Role
since = Since
expires = Expires
actions = Actions
unknown-maker = Unknown
days = { $days ->
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
invitations-new-lead = You get a link to pass on yourself. Whoever opens it first can join.
invitations-none = No invitation is open
invitations-none-hint = Invite somebody to work in this workspace with you.
invitations-for = For
invitations-anybody = Whoever has the link
invitations-by = By
invitations-email = Email address (optional)
invitations-email-hint = To remember whom the link is for. Nothing is sent there.
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
join-meant-for = Meant for { $who }.
join-until = Good until
