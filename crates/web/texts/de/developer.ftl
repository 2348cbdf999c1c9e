# Die Entwicklerkonsole.

done-secret-ended = Das Secret wurde beendet.
done-application-deleted = Die Anwendung wurde gelöscht.
done-user-revoked = Der Zugriff der Person wurde entzogen.
done-users-revoked = Aller Zugriff wurde entzogen.

apps-why = Was dieser Arbeitsbereich entwickelt: Programme, die Menschen anmelden oder die API aufrufen.
apps-new = Neue Anwendung
apps-new-first = Die erste Anwendung anlegen
apps-none = Noch keine Anwendungen
apps-none-why = Eine Anwendung hat eine ID und meist ein Secret, mit denen Ihr Programm Menschen anmeldet oder die API aufruft.
apps-none-ask = Admins des Arbeitsbereichs legen sie an: Fragen Sie einen.
apps-search = Nach Namen suchen
apps-not-found = Keine Anwendung hat das in ihrem Namen.
apps-all = Alle zeigen
apps-name = Name
apps-kind = Art
apps-users = Personen
apps-last = Letzte Aktivität
apps-never = Nie

app-kind-web = Mit Server
app-kind-public = Im Browser oder auf einem Gerät
app-kind-machine = Maschine zu Maschine
app-disabled = Gesperrt
app-tabs = Seiten dieser Anwendung
app-overview = Überblick
app-settings = Einstellungen
app-secrets = Secrets
app-test = Ausprobieren
app-users = Personen
app-activity = Aktivität
app-failures = Warum schlug es fehl
app-delete = Löschen
app-none = Keine
app-client-id = Client-ID
app-client-secret = Client-Secret
app-secret-once = Es wird nur dieses eine Mal gezeigt. Bewahren Sie es dort auf, wo Ihr Server Geheimnisse verwahrt, nie in veröffentlichtem Code.
app-created = Angelegt
app-connect = Ihr Programm verbinden
app-connect-why = Die meisten Bibliotheken brauchen nur Issuer und Client-ID; den Rest lesen sie aus dem Discovery-Dokument. Der Code hier liest das Secret aus der Umgebung.
app-issuer = Issuer
app-discovery = Discovery-Dokument

field-name = Name
field-name-hint = Menschen lesen ihn, wenn sie um Zugriff gebeten werden.
field-description = Beschreibung
field-description-hint = Was sie tut, in ein, zwei Sätzen.
field-homepage = Homepage
field-homepage-hint = Eine https-Adresse.
field-logo = Logo
field-terms = Nutzungsbedingungen
field-policy = Datenschutzerklärung
field-links-hint = Https-Adressen. Die Zustimmungsseite führt zu Bedingungen und Datenschutz.
field-redirects = Redirect-URIs
field-redirects-hint = Eine je Zeile. Menschen kehren an genau diese Adressen zurück: https, oder http auf demselben Gerät. Sie können sie später ergänzen.
field-redirects-examples = Zum Beispiel:
field-redirect = Redirect-URI
field-native = Sie läuft auf den Geräten der Menschen
field-native-hint = Dann sind eigene Schemata wie com.example.app möglich, und der Port von http://127.0.0.1 darf abweichen.
field-logout = Adressen nach dem Abmelden
field-logout-hint = Eine je Zeile. Wohin Menschen geführt werden dürfen, nachdem sie sich abgemeldet haben.
field-scopes = Berechtigungen
field-grants = Grant-Typen
field-auth = Wie sie sich ausweist
field-auth-hint = Der Wechsel vom Secret zu keinem beendet die Secrets; der Wechsel zurück legt eines an.
field-sub = Token sprechen für
field-format = Form der Zugriffstoken
field-access-lifetime = Lebensdauer der Zugriffstoken in Sekunden
field-refresh-lifetime = Refresh-Token enden, wenn sie so viele Sekunden ungenutzt sind
field-id-lifetime = Lebensdauer der ID-Token in Sekunden
field-lifetime-hint = Leer für den Wert dieses Servers: { $seconds ->
    [one] eine Sekunde
   *[other] { $seconds } Sekunden
  }.
field-allowed = Wer sie nutzen darf
field-allowed-hint = IDs von Benutzern, eine je Zeile (usr_…). Leer für alle.
scope-closed = Nur für geprüfte Anwendungen: Fragen Sie, wer diesen Server betreibt.

auth-any = Ein Secret, im Header oder im Body
auth-basic = Ein Secret im Header (client_secret_basic)
auth-post = Ein Secret im Body (client_secret_post)
auth-none = Gar nicht: Sie kann kein Geheimnis wahren (none)
sub-workspace = Den Arbeitsbereich, den die Person gewählt hat
sub-user = Die Person
format-opaque = Undurchsichtig: Nur dieser Server liest sie
format-jwt = JWT, das Ihre API selbst prüfen kann

new-title = Neue Anwendung, Schritt { $step }
new-step = Schritt { $step } von { $steps }
new-kind = Was entwickeln Sie?
new-kind-legend = Der Rest folgt daraus; Sie können es später ändern.
new-web = Webanwendung mit Server
new-web-why = Seiten, die ein Server von Ihnen erzeugt. Er kann ein Geheimnis wahren.
new-web-chosen = Sie bekommt ein Secret und meldet Menschen mit einem Code und PKCE an; Refresh-Token halten sie verbunden.
new-spa = Single-Page-Anwendung
new-spa-why = JavaScript im Browser ohne eigenen Server. Wer sie öffnet, kann alles darin lesen.
new-spa-chosen = Sie hat kein Secret und meldet Menschen mit einem Code und PKCE an; jedes Refresh-Token gilt einmal.
new-native = Nativ, Desktop oder Kommandozeile
new-native-why = Auf den Geräten der Menschen installiert. Zum Anmelden öffnet sie den Browser.
new-native-chosen = Sie hat kein Secret und meldet Menschen mit einem Code und PKCE an, über ein eigenes Schema oder einen lokalen Port.
new-machine = Maschine zu Maschine
new-machine-why = Ein Server oder Job, der im eigenen Namen handelt. Niemand meldet sich an.
new-machine-chosen = Sie bekommt ein Secret und tauscht es gegen Zugriffstoken (Client Credentials). Kein Mensch ist beteiligt.
new-agent = KI-Agent oder MCP-Client
new-agent-why = Ein Agent, der die API in jemandes Auftrag aufruft, auf dem Gerät oder aus einem Dienst.
new-agent-chosen = Er hat kein Secret und meldet Menschen mit einem Code und PKCE an, an einem lokalen Port oder einer https-Adresse.
new-about = Über die Anwendung
new-back = Zurück
new-permissions = Worum darf sie bitten?
new-permissions-why = Menschen sehen das, wenn sie fragt, und können manches ablehnen. Nehmen Sie, was sie braucht; mehr geht später.
new-permissions-machine = Alles Angekreuzte steht in ihren Token, wenn sie nicht um weniger bittet.
new-review = Stimmt das so?
new-no-redirects = Noch keine. Ohne eine kann sich niemand anmelden; ergänzen Sie sie in den Einstellungen.
new-no-scopes = Keine
new-create = Anwendung anlegen
made-title = Anwendung angelegt
made-lead = { $name } ist bereit.
made-public = Sie hat kein Secret: Wer das Programm hat, könnte es lesen. PKCE schützt jede Anmeldung.
made-next = Wie es weitergeht
made-next-snippets = Den Code kopieren, der Ihr Programm verbindet
made-next-test = Eine Anmeldung von der Seite aus ausprobieren
made-next-settings = Alle Einstellungen ansehen

settings-about = Über die Anwendung
settings-protocol = Wie sie anmeldet
settings-tokens = Token
settings-people = Personen

secret-new = Ihr neues Secret
secret-add = Secret hinzufügen
secret-end = Dieses Secret beenden
secret-end-short = Beenden
secret-end-one = Das Secret …{ $hint } beenden
secret-end-what = Das Secret, das auf { $hint } endet, wird von diesem Moment an nicht mehr angenommen.
secret-end-last = Es ist das einzige: { $name } bekommt keine Token, bis Sie ein anderes hinzufügen.
secrets-why = Zwei können zugleich gelten. Fügen Sie das neue hinzu, bringen Sie es auf Ihre Server, sehen Sie, dass es benutzt wird, und beenden Sie das alte.
secrets-public = Diese Anwendung ist öffentlich und hat kein Secret.
secrets-none = Kein Secret gilt. Ohne eines bekommt die Anwendung keine Token.
secrets-full = Es gibt zwei. Beenden Sie eines, bevor Sie ein anderes hinzufügen.
secrets-hint = Endet auf
secrets-created = Angelegt
secrets-used = Zuletzt benutzt
secrets-expires = Läuft ab
secrets-no-end = Nie

delete-title = { $name } löschen?
delete-what = { $name } und alle Secrets sind endgültig fort. Das lässt sich nicht rückgängig machen.
delete-people = { $count ->
    [0] Niemand hat ihr Zugriff gegeben.
    [one] Eine Person hat ihr Zugriff gegeben und verliert ihn.
   *[other] { $count } Personen haben ihr Zugriff gegeben und verlieren ihn.
  }
delete-grants = { $count ->
    [0] Kein Grant ist am Leben.
    [one] Ein lebender Grant endet; seine Token sind sofort ungültig.
   *[other] { $count } lebende Grants enden; ihre Token sind sofort ungültig.
  }

users-why = Wer ihr etwas erlaubt hat. Namen und Adressen erfahren Sie nur, wo die Person das erlaubt hat oder zu diesem Arbeitsbereich gehört.
users-none = Noch niemand
users-none-why = Personen stehen hier, sobald sie der Anwendung etwas erlauben.
users-count = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  }
users-who = Wer
users-permissions = Berechtigungen
users-where = Wo
users-last = Letzte Nutzung
users-since = Seit
users-own-name = Im eigenen Namen
user-revoke = Entziehen
user-revoke-one = Den Zugriff von { $who } entziehen
user-revoke-title = Dieser Person den Zugriff entziehen?
user-revoke-what = Was { $who } erlaubt hat, wird in allen Arbeitsbereichen zurückgenommen, und die Token sind sofort ungültig.
user-revoke-then = Wenn { $name } wieder fragt, kann es wieder erlaubt werden.
users-revoke = Allen entziehen
users-revoke-title = Allen den Zugriff auf { $name } entziehen?
users-revoke-people = { $count ->
    [0] Niemand hat ihr Zugriff gegeben.
    [one] Eine Person verliert den Zugriff.
   *[other] { $count } Personen verlieren den Zugriff.
  }

activity-title = Aktivität von { $days } Tagen
activity-range = Zeitraum
activity-days = { $days } Tage
activity-none = Es ist nichts geschehen
activity-none-why = Ausgestellte und geprüfte Token werden hier gezählt, nach Tagen in UTC.
activity-requests = Anfragen
activity-users = Personen
activity-errors = Fehler
activity-desc = Ein Balken je Tag. { $total } insgesamt, höchstens { $most } an einem Tag.
activity-most = Höchstens { $most }
activity-reasons = Fehler nach Grund
activity-counted-from = Es waren sehr viele: Ab { $day } sind alle gezählt.
activity-reason = Grund
activity-count = Wie oft
activity-why = Sehen, warum sie fehlschlugen
activity-table = Dasselbe als Tabelle
activity-day = Tag

failures-why = Die letzten Anfragen dieser Anwendung, die abgelehnt wurden. Nur Sie lesen den genauen Grund; der Aufrufer erfährt weniger.
failures-none = Keine abgelehnten Anfragen
failures-none-why = Wenn etwas fehlschlägt, sehen Sie hier, was geprüft wurde, was nicht hielt, und was zu ändern ist.
failures-inactive = Das Token galt nicht mehr
failures-advice = Was zu ändern ist:
failures-checks = Was geprüft und gesendet wurde
failures-no-checks = Die Prüfungen zu diesem Grund sind nicht mehr bekannt.
failures-older = Ältere
failures-from = Von
verdict-passed = bestanden
verdict-failed = nicht bestanden
verdict-unreached = nicht erreicht
endpoint-authorization = Autorisierung
endpoint-token = Token
endpoint-code = Token, für einen Code
endpoint-refresh = Token, für ein Refresh-Token
endpoint-client = Token, Client Credentials
endpoint-introspection = Introspection
endpoint-revocation = Widerruf
endpoint-userinfo = Userinfo
endpoint-registration = Registrierung
endpoint-management = Verwaltung

test-title = Eine Anmeldung ausprobieren
test-why = Die Seite stellt genau die Anfrage zusammen, die Ihr Programm sendet, mit einem State und einem PKCE-Paar eigens dafür. Sie öffnen sie, entscheiden und kehren an Ihre Redirect-URI zurück, ob dort etwas antwortet oder nicht. Dann fügen Sie die Adresse hier ein.
test-no-redirects = Keine Redirect-URI ist eingetragen. Ergänzen Sie zuerst eine in den Einstellungen.
test-build = Anfrage zusammenstellen
test-request = Die Anfrage
test-request-why = Eine echte Autorisierung: Was Sie erlauben, gilt; in Ihrem Konto können Sie die Anwendung wieder trennen.
test-open = In neuem Tab öffnen
test-parts = Ihre Teile
test-response-type = Bittet um einen Code.
test-client-id = Wer fragt.
test-redirect-uri = Wohin die Antwort geht; genau wie eingetragen.
test-scope = Worum sie bittet.
test-state = Kommt unverändert zurück, damit das Programm seine eigene Anfrage erkennt.
test-challenge = Der SHA-256 des Code-Verifiers als base64url.
test-method = Wie die Challenge entstand.
test-verifier = Das Programm behält ihn bis zum Tausch; er beweist, dass dasselbe Programm gefragt hat.
test-back = Und zurück
test-back-label = Die Adresse, an die Sie zurückkamen
test-back-hint = Kopieren Sie sie aus der Adresszeile, auch wenn die Seite dort nicht lädt.
test-check = Prüfen
test-answer = Was zurückkam
test-check-address = Es ist eine Adresse
test-check-place = Es ist die Redirect-URI der Anfrage
test-check-state = Der State ist der gesendete
test-check-issuer = Der Issuer (iss) ist dieser Server
test-check-code = Sie bringt einen Code
test-said = Der Server sagte
test-see-failures = Sehen, warum es fehlschlug
test-exchange = Alles stimmt. Ihr Programm tauscht jetzt den Code, binnen einer Minute und einmal:
test-command = Befehl
test-again = Von vorn beginnen
test-machine = Ein Token holen
test-machine-why = Kein Mensch ist beteiligt: Die Anwendung tauscht ihr Secret gegen ein Zugriffstoken.
test-error-denied = Die Person hat abgelehnt oder darf die Anwendung nicht nutzen. Ein Programm sagt das freundlich und bietet einen neuen Versuch an.
test-error-scope = Es wurde um eine Berechtigung gebeten, die es nicht gibt oder die nicht zur Anwendung gehört.
test-error-request = Die Anfrage selbst stimmt nicht.
test-error-server = Der Server konnte nicht antworten. Versuchen Sie es gleich noch einmal.
test-error-other = Die Anfrage ließ sich nicht beantworten, ohne die Person zu fragen.
