# Arbeitsbereich.

search = Suchen
change = Ändern
remove = Entfernen
role = Rolle
since = Seit
expires = Läuft ab
actions = Aktionen
unknown-maker = Unbekannt
days = { $days ->
    [one] 1 Tag
   *[other] { $days } Tage
  }
shown-once = Das sehen Sie nur jetzt. Kopieren Sie es, bevor Sie die Seite verlassen.
shown-done = Fertig

role-member-means = Mitglieder nutzen den Arbeitsbereich mit Apps und sehen, wer dazugehört.
role-admin-means = Admins verwalten außerdem Mitglieder, Apps, API-Schlüssel und Webhooks.
role-owner-means = Inhaber dürfen alles und entscheiden, welche Apps zugelassen sind.

done-role-changed = Die Rolle wurde geändert.
done-member-removed = Die Person wurde entfernt.
done-left = Sie haben den Arbeitsbereich verlassen.
done-joined = Willkommen: Sie sind jetzt Mitglied.
done-invitation-revoked = Die Einladung wurde zurückgezogen.

members-lead = Alle, die zu diesem Arbeitsbereich gehören.
members-search = Nach Name oder E-Mail-Adresse suchen
members-none = Niemand gefunden
members-none-hint = Suchen Sie nach einem anderen Teil des Namens oder der Adresse.
members-person = Person
members-you = Sie
members-disabled = Konto gesperrt
members-role-of = Rolle von { $who }
members-remove-of = { $who } entfernen
members-remove-title = Diese Person entfernen?
members-remove-who = { $who } gehört dann nicht mehr zu diesem Arbeitsbereich.
members-remove-effect = Was sie Apps in diesem Arbeitsbereich erlaubt hat, endet sofort. Zurück kommt sie nur mit einer neuen Einladung.
members-remove-button = Entfernen
members-leave-title = Arbeitsbereich verlassen?
members-leave-which = Sie gehören dann nicht mehr zu { $workspace }.
members-leave-effect = Was Sie Apps in diesem Arbeitsbereich erlaubt haben, endet sofort. Zurück kommen Sie nur mit einer neuen Einladung.
members-leave-button = Verlassen

invitations-title = Einladungen
invitations-lead = Links, mit denen jemand beitreten kann. Jeder gilt einmal.
invitations-new = Jemanden einladen
invitations-new-lead = Sie erhalten einen Link, den Sie selbst weitergeben. Wer ihn als Erstes öffnet, kann beitreten.
invitations-none = Keine Einladung ist offen
invitations-none-hint = Laden Sie jemanden ein, mit Ihnen in diesem Arbeitsbereich zu arbeiten.
invitations-for = Für
invitations-anybody = Wer den Link hat
invitations-by = Von
invitations-email = E-Mail-Adresse (freiwillig)
invitations-email-hint = Damit Sie wissen, für wen der Link ist. Dorthin wird nichts gesendet.
invitations-lifetime = Gültig für
invitations-make = Link erstellen
invitations-made = Die Einladung ist bereit
invitations-made-lead = Geben Sie diesen Link der Person, die Sie einladen. Er gilt einmal, für die Rolle { $role }.
invitations-link = Link
invitations-revoke-title = Diese Einladung zurückziehen?
invitations-revoke-which = Für { $whom }, mit der Rolle { $role }.
invitations-revoke-effect = Der Link gilt dann sofort nicht mehr.
invitations-revoke-button = Zurückziehen

join-title = Einladung
join-by = { $who } lädt Sie zu { $workspace } ein
join-into = Sie sind zu { $workspace } eingeladen
join-role = Sie würden mit der Rolle { $role } beitreten.
join-sign-in = Melden Sie sich an, um anzunehmen. Sie kommen hierher zurück.
join-accept = Einladung annehmen
join-go = Zum Arbeitsbereich
join-meant-for = Gedacht für { $who }.
join-until = Gültig bis
