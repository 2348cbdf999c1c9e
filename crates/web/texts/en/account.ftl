# The person's own account.

done-saved = Saved.

profile-language = Language
profile-browsers = The browser’s
profile-zone = Time zone
profile-zone-hint = Such as Europe/Berlin. Without one, times are told in the browser’s.
profile-workspace = Default workspace
profile-workspace-hint = Apps that ask for no workspace of their own are told of this one.
