# Arbeitsbereich.

word-change = Ändern
word-remove = Entfernen
word-role = Rolle
word-since = Seit
word-expires = Läuft ab
word-actions = Aktionen
word-unknown-maker = Unbekannt
word-days = { $days ->
    [one] 1 Tag
   *[other] { $days } Tage
  }
shown-once = Das sehen Sie nur jetzt. Kopieren Sie es, bevor Sie die Seite verlassen.
shown-done = Fertig

role-member-means = Mitglieder arbeiten hier mit Apps und sehen, wer dazugehört.
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
members-disabled = Konto deaktiviert
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
invitations-new-lead = Sie erhalten einen Link, den Sie selbst weitergeben. Wer ihn hat, kann beitreten, einmal.
invitations-none = Keine Einladung ist offen
invitations-none-hint = Laden Sie jemanden ein, mit Ihnen in diesem Arbeitsbereich zu arbeiten.
invitations-for = Für
invitations-anybody = Wer den Link hat
invitations-by = Von
invitations-paused = Ausgesetzt
invitations-paused-why = Der Link gilt nicht, solange dieses Konto deaktiviert ist.
invitations-email = E-Mail-Adresse (freiwillig)
invitations-email-hint = Für wen der Link ist. Dorthin wird nichts gesendet; wer eine andere Adresse hat, wird vor dem Annehmen gefragt.
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
join-meant-for = Sie ist für die Person mit der Adresse { $who } gedacht.
join-meant-for-you = Sie ist für Sie gedacht: { $who }.
join-meant-for-another = Sie ist für eine andere Adresse gedacht: { $who }. Haben Sie ein Konto mit dieser?
join-anyway = Trotzdem mit dem Konto { $who } annehmen. Der Link ist dann verbraucht, und die Person, für die er gedacht war, braucht einen neuen.
join-still-good = Die Einladung ist nicht verbraucht: Jemand anderes kann sie annehmen.
join-was-you = Waren Sie es, melden Sie sich an.
join-until = Gültig bis

word-name = Name
word-add = Hinzufügen
word-never = Nie
word-never-used = Noch nie
word-last-used = Zuletzt verwendet
word-expired = Abgelaufen
word-after-days = Nach { $days } Tagen

done-app-revoked = Die App hat keinen Zugriff mehr auf diesen Arbeitsbereich.
done-app-person-revoked = Die App hat den Zugriff verloren, den diese Person ihr gegeben hatte.
done-policy-changed = Die Regel gilt.
done-app-listed = Die App steht auf der Liste.
done-app-unlisted = Die App steht nicht mehr auf der Liste.
done-api-keys-adopted = Übernommen. Sie sind jetzt für diese Schlüssel verantwortlich.
done-api-key-revoked = Der Schlüssel wurde widerrufen.

access-lead = Was Mitglieder Apps in diesem Arbeitsbereich erlaubt haben und welche Apps seine ID und Rollen von Mitgliedern erhalten.
access-none = Keine App hat Zugriff
access-none-hint = Apps erscheinen hier, sobald ein Mitglied ihnen in diesem Arbeitsbereich etwas erlaubt oder sie seine ID und die Rollen eines Mitglieds erhalten.
access-search = Nach Name suchen
access-not-found = Keine App heißt so
access-not-found-hint = Suchen Sie nach einem anderen Teil des Namens.
access-people = { $people ->
    [one] Von 1 Person erlaubt
    [1001] Von mehr als 1.000 Personen erlaubt
   *[other] Von { $people } Personen erlaubt
  }
access-own-names = { $people ->
    [one] Von 1 Person im eigenen Namen verwendet
    [1001] Von mehr als 1.000 Personen im eigenen Namen verwendet
   *[other] Von { $people } Personen im eigenen Namen verwendet
  }
access-own-receives = Verwenden Personen die App im eigenen Namen, erhält sie die ID dieses Arbeitsbereichs und die Rollen dieser Personen.
access-own-who = Wer sie im eigenen Namen verwendet
access-own-private = Was diese Personen der App sonst erlaubt haben, sehen nur sie selbst, und nur sie können die App trennen.
access-own-end = Eine App, die dieser Arbeitsbereich nicht zulässt, erhält weder seine ID noch diese Rollen. Die Regel ändern Sie hier:
access-own-ask = Eine App, die dieser Arbeitsbereich nicht zulässt, erhält weder seine ID noch diese Rollen. Welche Apps zugelassen sind, entscheiden die Inhaber.
access-own-always = Jeder Arbeitsbereich lässt die eigenen Apps des Betreibers zu.
access-ends-own-names = { $people ->
    [one] 1 Person verwendet die App im eigenen Namen: Die App erhält die ID dieses Arbeitsbereichs und die Rollen dieser Person nicht mehr.
    [1001] Mehr als 1.000 Personen verwenden die App im eigenen Namen: Die App erhält die ID dieses Arbeitsbereichs und die Rollen dieser Personen nicht mehr.
   *[other] { $people } Personen verwenden die App im eigenen Namen: Die App erhält die ID dieses Arbeitsbereichs und die Rollen dieser Personen nicht mehr.
  }
access-look = Details
access-look-at = Details zu { $client }
access-app = App
access-trust = Vertrauen
access-may = Was sie darf
access-homepage = Website
access-client-id = Client-ID
access-who = Wer sie erlaubt hat
access-allowed = Erlaubt
access-revoke = Widerrufen
access-revoke-of = Widerrufen, was { $who } erlaubt hat
access-revoke-button = Zugriff widerrufen
access-revoke-app-title = Den Zugriff dieser App widerrufen?
access-revoke-app = { $client } verliert jeden Zugriff auf diesen Arbeitsbereich. Was Personen ihr für sich selbst erlaubt haben, bleibt.
access-revoke-person-title = Widerrufen, was diese Person erlaubt hat?
access-revoke-person = { $client } verliert den Zugriff auf diesen Arbeitsbereich, den { $who } ihr gegeben hat.
access-ends-people = { $people ->
    [one] Was 1 Person erlaubt hat, endet.
    [1001] Was mehr als 1.000 Personen erlaubt haben, endet.
   *[other] Was { $people } Personen erlaubt haben, endet.
  }
access-ends-grants = { $grants ->
    [0] Zurzeit ist keine Autorisierung in Gebrauch.
    [1001] Mehr als 1.000 Autorisierungen enden, und ihre Token gelten sofort nicht mehr.
    [one] 1 Autorisierung endet, und ihre Token gelten sofort nicht mehr.
   *[other] { $grants } Autorisierungen enden, und ihre Token gelten sofort nicht mehr.
  }

policy-title = Zugelassene Apps
policy-lead = Welchen Apps Mitglieder Zugriff auf diesen Arbeitsbereich geben dürfen.
policy-which = Regel
policy-in-force = Gilt
policy-all = Alle Apps
policy-all-means = Die Mitglieder entscheiden selbst.
policy-verified = Geprüfte Apps
policy-verified-means = Nur Apps, die der Betreiber dieses Servers geprüft hat, und seine eigenen.
policy-listed = Apps auf der Liste
policy-listed-means = Nur Apps auf der Liste unten und die eigenen des Betreibers.
policy-next = Weiter
policy-ends-apps = { $apps ->
    [one] 1 App würde ihren Zugriff sofort verlieren.
   *[other] { $apps } Apps würden ihren Zugriff sofort verlieren.
  }
policy-ends-people = { $people ->
    [1001] Mehr als 1.000 Personen sind betroffen.
    [one] 1 Person ist betroffen.
   *[other] { $people } Personen sind betroffen.
  }
policy-ends-own-names = { $apps ->
    [one] 1 App, die Personen im eigenen Namen verwenden, würde die ID dieses Arbeitsbereichs und die Rollen dieser Personen nicht mehr erhalten.
   *[other] { $apps } Apps, die Personen im eigenen Namen verwenden, würden die ID dieses Arbeitsbereichs und die Rollen dieser Personen nicht mehr erhalten.
  }
policy-ends-nothing = Niemand verliert Zugriff.
policy-change-title = Regel ändern?
policy-change-to = Von nun an: { $policy }.
policy-change-button = Regel ändern
policy-list = Liste der zugelassenen Apps
policy-list-used = Nur diese Apps sind zugelassen.
policy-list-kept = Die Liste zählt, wenn die Regel „Apps auf der Liste“ gilt.
policy-list-none = Keine App steht auf der Liste
policy-list-none-hint = Fügen Sie Apps hinzu, bevor Sie diese Regel wählen, damit niemand Zugriff verliert.
policy-add = App hinzufügen
policy-add-known = Apps mit Zugriff
policy-add-id = Client-ID
policy-remove-of = { $client } von der Liste entfernen
policy-remove-title = Diese App von der Liste entfernen?
policy-remove-which = { $client } steht dann nicht mehr auf der Liste der zugelassenen Apps.
policy-remove-button = Entfernen

api-keys-lead = Mit einem Schlüssel handelt ein Programm für diesen Arbeitsbereich.
api-keys-new = Neuer API-Schlüssel
api-keys-new-lead = Geben Sie jedem Programm einen eigenen Schlüssel, der nicht mehr darf als nötig.
api-keys-none = Es gibt keinen API-Schlüssel
api-keys-none-hint = Erstellen Sie einen für ein Programm, das mit der Verwaltungs-API arbeitet.
api-keys-may = Darf
api-keys-by = Erstellt von
api-keys-by-operator = Betreiber
api-keys-lost = Rechte verloren
api-keys-lost-lead = { $keys ->
    [one] Ein Schlüssel hat weniger Rechte als bei seiner Erstellung, weil die Person, die ihn erstellt hat, den Arbeitsbereich verlassen hat, gesperrt ist oder eine niedrigere Rolle hat. Übernehmen Sie einen Schlüssel, damit er Ihre Rechte erhält.
   *[other] { $keys } Schlüssel haben weniger Rechte als bei ihrer Erstellung, weil die Person, die sie erstellt hat, den Arbeitsbereich verlassen hat, gesperrt ist oder eine niedrigere Rolle hat. Übernehmen Sie einen Schlüssel, damit er Ihre Rechte erhält.
}
api-keys-lost-elsewhere = Auf anderen Seiten dieser Liste:
api-keys-lost-more = und { $keys } weitere
api-keys-lost-now = Wirkt jetzt als { $role }
api-keys-lost-all = Funktioniert nicht
api-keys-adopt = Übernehmen
api-keys-adopt-of = { $name } übernehmen
api-keys-adopt-all = { $keys ->
    [one] { $keys } Schlüssel übernehmen
   *[other] { $keys } Schlüssel übernehmen
}
api-keys-name-hint = Wofür der Schlüssel ist, etwa der Name des Programms.
api-keys-scopes = Scopes
api-keys-scopes-hint = Wählen Sie, was der Schlüssel im Rahmen seiner Rolle darf, mindestens einen Scope.
api-keys-make = Schlüssel erstellen
api-keys-made = Der Schlüssel ist bereit
api-keys-made-lead = Geben Sie ihn dem Programm als Bearer-Token. Halten Sie ihn so geheim wie ein Passwort.
api-keys-key = API-Schlüssel
api-keys-revoke-of = { $name } widerrufen
api-keys-revoke-title = Diesen API-Schlüssel widerrufen?
api-keys-revoke-which = Der Schlüssel { $name }, der auf { $hint } endet.
api-keys-revoke-effect = Programme, die ihn verwenden, sind sofort ausgesperrt.
api-keys-revoke-button = Widerrufen

done-webhook-on = Der Webhook ist eingeschaltet.
done-webhook-off = Der Webhook ist ausgeschaltet.
done-webhook-test = Ein Test ist unterwegs. Laden Sie die Seite neu, um zu sehen, was daraus wird.
done-webhook-deleted = Der Webhook wurde gelöscht.
done-webhook-replayed = Die Nachricht ist noch einmal unterwegs.

webhooks-lead = Ihre Programme erfahren sofort, was in diesem Arbeitsbereich und mit seinen Anwendungen geschieht.
webhooks-lead-operator = Ihre Programme erfahren sofort alles, was auf diesem Server geschieht.
webhooks-new = Neuer Webhook
webhooks-new-lead = Nachrichten werden nach Standard Webhooks signiert und gesendet, bis sie angenommen werden.
webhooks-none = Es gibt keinen Webhook
webhooks-none-hint = Erstellen Sie einen, um Ereignisse zu erfahren, statt immer wieder nachzufragen.
webhooks-on = Ein
webhooks-off = Aus
webhooks-since = Seit
webhooks-pages = Seiten dieses Webhooks
webhooks-settings = Einstellungen
webhooks-change = Ändern
webhooks-url = URL
webhooks-url-hint = Eine https-Adresse von Ihnen, die POST annimmt.
webhooks-description = Beschreibung (freiwillig)
webhooks-events = Ereignisse
webhooks-all-events = Alle Ereignisse
webhooks-all-means = Auch solche, die spätere Versionen hinzufügen.
webhooks-some-events = Nur diese
webhooks-kinds = { $kinds ->
    [one] 1 Art von Ereignissen
   *[other] { $kinds } Arten von Ereignissen
  }
webhooks-make = Webhook erstellen
webhooks-made = Der Webhook ist bereit
webhooks-rotated = Das Secret wurde ersetzt
webhooks-secret = Signatur-Secret
webhooks-secret-lead = Damit prüft Ihr Programm, dass eine Nachricht von diesem Server kommt.
webhooks-both = Nachrichten werden auch mit dem alten Secret signiert, bis
webhooks-test = Test senden
webhooks-test-means = Eine Nachricht senden, die nur sagt, dass sie angekommen ist.
webhooks-switch-off = Ausschalten
webhooks-switch-on = Einschalten
webhooks-off-means = Nichts wird mehr gesendet und nichts Neues aufgehoben, bis Sie ihn wieder einschalten.
webhooks-on-means = Wieder senden, beginnend mit dem, was gewartet hat.
webhooks-rotate = Secret ersetzen
webhooks-rotate-means = Ein neues Signatur-Secret erhalten, während das alte noch eine Weile mit signieren kann.
webhooks-rotate-which = Nachrichten an { $url } werden mit einem neuen Secret signiert.
webhooks-overlap = Auch mit dem alten Secret signieren
webhooks-overlap-hint = Genug Zeit, um Ihrem Programm das neue zu geben. Wählen Sie „Gar nicht“, wenn andere das alte kennen.
webhooks-hours = { $hours ->
    [0] Gar nicht
    [one] 1 Stunde lang
    [24] 1 Tag lang
    [168] 7 Tage lang
   *[other] { $hours } Stunden lang
  }
webhooks-delete-title = Diesen Webhook löschen?
webhooks-delete-which = An { $url } wird nichts mehr gesendet.
webhooks-delete-effect = Der Webhook wird mit dem Verlauf seiner Nachrichten gelöscht.
webhooks-delete-button = Löschen

deliveries-title = Zustellungen
deliveries-filter = Status
deliveries-all = Alle
deliveries-pending = Ausstehend
deliveries-delivered = Zugestellt
deliveries-dead = Aufgegeben
deliveries-none = Keine Nachricht
deliveries-none-hint = Nachrichten erscheinen, wenn etwas geschieht. Senden Sie einen Test, um den Webhook auszuprobieren.
deliveries-event = Ereignis
deliveries-state = Status
deliveries-answer = Antwort
deliveries-when = Letzter Versuch
deliveries-status = HTTP-Status { $status }
deliveries-took = ({ $ms } ms)
deliveries-no-answer = Noch keine
deliveries-not-yet = Noch nicht
deliveries-next = Nächster:
deliveries-attempts = { $attempts ->
    [0] Noch nicht versucht
    [one] 1 Versuch
   *[other] { $attempts } Versuche
  }
deliveries-replay = Erneut senden
deliveries-newest = Neueste
deliveries-older = Ältere
