# Wörter, die viele Seiten teilen.

footer-terms = Nutzungsbedingungen
footer-privacy = Datenschutz
footer-help = Hilfe

sign-in = Anmelden
sign-out = Abmelden
continue = Weiter
cancel = Abbrechen
save = Speichern
copy = Kopieren
copied = Kopiert
email-address = E-Mail-Adresse
password = Passwort
request-id = Anfrage-ID
wait-seconds = { $count ->
    [one] Versuchen Sie es in einer Sekunde noch einmal.
   *[other] Versuchen Sie es in { $count } Sekunden noch einmal.
}
wait-minutes = Versuchen Sie es in { $count } Minuten noch einmal.

role-member = Mitglied
role-admin = Admin
role-owner = Inhaber

nav-skip = Zum Inhalt springen
nav-label = Seiten
nav-menu = Menü
nav-account = Ihr Konto
nav-operator = Dieser Server
nav-switch = Andere Arbeitsbereiche
nav-profile = Profil
nav-connected = Verbundene Apps
nav-security = Sicherheit
nav-own-applications = Eigene Apps
nav-tokens = Zugriffstoken
nav-applications = Anwendungen
nav-access = Apps mit Zugriff
nav-members = Mitglieder
nav-api-keys = API-Schlüssel
nav-webhooks = Webhooks
nav-audit = Protokoll
nav-health = Zustand
nav-users = Benutzer
nav-workspaces = Arbeitsbereiche
nav-clients = Clients
nav-keys = Signaturschlüssel
nav-all-audit = Ereignisse
nav-all-webhooks = Server-Webhooks
nav-settings = Einstellungen

badge-first-party = Von { $brand }
badge-verified = Geprüft
badge-unverified = Nicht geprüft
badge-unknown = Unbekannter Entwickler
badge-sensitive = Sensibel
badge-allowed-before = Schon erlaubt

confirm-for-good = Das lässt sich nicht rückgängig machen.
confirm-undo = Sie können es danach rückgängig machen.
confirm-undo-partly = Sie können es danach rückgängig machen; Zugriffe, die dadurch enden, bleiben aber beendet.
undo = Rückgängig machen
undo-partly = Beendete Zugriffe bleiben beendet.

busy-soon = Einen Moment …
busy-long = Das dauert etwas länger. Bitte bleiben Sie auf dieser Seite.

under-way-title = Einen Moment
under-way-why = Sie haben dieses Formular eben schon abgeschickt, und es wird gerade bearbeitet. Es wird einmal ausgeführt, nicht zweimal.
under-way-show = Ergebnis anzeigen

list-page = Seite { $page } von { $pages }
list-earlier = Zurück
list-later = Weiter
list-more = Es gibt noch mehr. Die ersten 1.000 sind aufgeführt; ein längerer Teil des Namens findet weniger.
list-pages = Seiten dieser Liste

list-search = Suche
list-search-go = Suchen
list-search-all = Alle zeigen
list-nothing-found = Nichts gefunden.

scopes-title = Berechtigungen
scopes-many = { $scopes } Berechtigungen

form-changed-meanwhile = Das wurde inzwischen geändert. Ihre Eingaben sind noch nicht gespeichert und stehen noch hier.
form-saved-title = Inzwischen gespeichert
form-saved-replaced = Das wurde inzwischen gespeichert, und Sie haben etwas anderes eingegeben. Speichern ersetzt es:
form-saved-taken = Das wurde inzwischen gespeichert und ist unten übernommen:
form-saved-empty = Nichts
form-too-late = Das wurde inzwischen geändert, daher ist nichts geschehen. Sie sehen, was jetzt gilt.

# Was eine App außer ihren Berechtigungen erhält.
receives-workspace-named = Die App erhält Ihre Benutzer-ID, ID und Name des Arbeitsbereichs und Ihre Rollen darin.
receives-workspace = Die App erhält die ID des Arbeitsbereichs und Ihre Rollen darin.
receives-own-named = Die App erhält Ihre Benutzer-ID, ID und Name von { $workspace } und Ihre Rollen darin.
receives-own-in = Die App erhält Ihre Benutzer-ID, die ID von { $workspace } und Ihre Rollen darin.
receives-own = Die App erhält Ihre Benutzer-ID.
receives-own-none = Die App erhält Ihre Benutzer-ID, aber keinen Arbeitsbereich und keine Rollen.
receives-own-also-named = Sie erhält auch ID und Name von { $workspace } und Ihre Rollen darin.
receives-own-also = Sie erhält auch die ID von { $workspace } und Ihre Rollen darin.
receives-own-next = Melden Sie sich erneut bei der App an, erhält sie Ihren Standardarbeitsbereich zu diesem Zeitpunkt, falls Sie einen haben.
receives-resource = Auch { $resource } erhält Ihre Benutzer-ID.
receives-resource-app = Die App und { $resource } erhalten außerdem Ihre Benutzer-ID.
receives-developer = Wer die App entwickelt, kann Ihre Benutzer-ID sehen.
receives-apis = Verwendet die App { $resource }, erhält auch diese API Ihre Benutzer-ID.
receives-apis-app = Verwendet die App { $resource }, erhalten die App und diese API auch Ihre Benutzer-ID.
receives-people-named = Die App erhält die Benutzer-IDs dieser Personen, ID und Name dieses Arbeitsbereichs und die Rollen der Personen darin.
receives-people = Die App erhält die ID dieses Arbeitsbereichs und die Rollen dieser Personen.
receives-people-some = Die App erhält die ID dieses Arbeitsbereichs und die Rollen dieser Personen. Den Namen des Arbeitsbereichs und eine Benutzer-ID erhält sie nur von Personen, die { $permission } erlaubt haben.
receives-people-developer = Wer die App entwickelt, kann die Benutzer-IDs dieser Personen sehen.
receives-people-apis = Verwendet die App { $resource }, erhält auch diese API diese Benutzer-IDs.
receives-people-apis-app = Verwendet die App { $resource }, erhalten die App und diese API auch die Benutzer-IDs dieser Personen.
receives-own-names = Diese Personen verwenden die App im eigenen Namen. Die App erhält ihre Benutzer-IDs, die ID dieses Arbeitsbereichs und ihre Rollen darin. Den Namen des Arbeitsbereichs erhält sie nur von Personen, die { $permission } erlaubt haben.
form-problem-line = { $field }, Zeile { $line }

unprotected-title = Ungeschützte Anfragen
unprotected-requests = { $requests ->
    [one] Eine Autorisierungsanfrage der letzten { $days } Tage enthielt weder PKCE noch eine nonce.
   *[other] { $requests } Autorisierungsanfragen der letzten { $days } Tage enthielten weder PKCE noch eine nonce.
  }
unprotected-last = Die letzte:
unprotected-why = Wer an den Autorisierungscode eines Benutzers gelangt, kann sich damit als dieser Benutzer bei der App anmelden.
unprotected-do = Schalten Sie PKCE in der Bibliothek der App ein, oder senden Sie zumindest eine nonce.
unprotected-require = Sobald die App PKCE verwendet, verlangen Sie es in den Einstellungen.
unprotected-operator = Bitten Sie die Entwickler der App, PKCE einzuschalten oder zumindest eine nonce zu senden.
