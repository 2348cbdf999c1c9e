# Die Entwicklerkonsole.

done-secret-ended = Das Secret gilt nicht mehr.
done-application-deleted = Die Anwendung wurde gelöscht.
done-user-revoked = Der Zugriff der Person wurde widerrufen.
done-users-revoked = Aller Zugriff wurde widerrufen.

dev-apps-why = Was dieser Arbeitsbereich entwickelt: Programme, die Menschen anmelden oder die API aufrufen.
dev-own-why = Apps, die Sie selbst mit einem Ihrer Zugriffstoken registriert haben. Nur Sie verwalten sie.
dev-own-none = Hier erscheint eine App, sobald Sie sie mit einem persönlichen Zugriffstoken registrieren.
dev-apps-new = Neue Anwendung
dev-apps-new-first = Die erste Anwendung erstellen
dev-apps-none = Noch keine Anwendungen
dev-apps-none-why = Eine Anwendung hat eine ID und meist ein Secret, mit denen Ihr Programm Menschen anmeldet oder die API aufruft.
dev-apps-none-ask = Admins des Arbeitsbereichs erstellen sie: Fragen Sie einen.
dev-apps-search = Nach Name suchen
dev-apps-not-found = Keine Anwendung hat das in ihrem Namen.
dev-apps-all = Alle zeigen
dev-apps-name = Name
dev-apps-kind = Art
dev-apps-users = Personen
dev-apps-last = Letzte Aktivität
dev-apps-never = Noch nie

dev-app-kind-web = Mit Server
dev-app-kind-public = Im Browser oder auf einem Gerät
dev-app-kind-machine = Maschine zu Maschine
dev-app-disabled = Deaktiviert
dev-app-tabs = Seiten dieser Anwendung
dev-app-overview = Überblick
dev-app-settings = Einstellungen
dev-app-secrets = Secrets
dev-app-test = Ausprobieren
dev-app-users = Personen
dev-app-activity = Aktivität
dev-app-failures = Warum schlug es fehl?
dev-app-delete = Löschen
dev-app-none = Keine
dev-app-client-id = Client-ID
dev-app-client-secret = Client-Secret
dev-app-secret-once = Es wird nur dieses eine Mal gezeigt. Bewahren Sie es dort auf, wo Ihr Server Secrets verwahrt, nie in veröffentlichtem Code.
dev-app-created = Erstellt
dev-app-connect = Ihr Programm verbinden
dev-app-connect-why = Die meisten Bibliotheken brauchen nur Issuer und Client-ID; den Rest lesen sie aus dem Discovery-Dokument. Der Code hier liest das Secret aus der Umgebung.
dev-app-issuer = Issuer
dev-app-discovery = Discovery-Dokument

dev-settings-reviewed = Der Betreiber hat diese App so geprüft, wie sie ist. Wenn Sie Name, Redirect-URIs, Art, Client-Authentifizierung, Logo, Links oder Berechtigungen ändern, gilt sie als nicht geprüft, bis er sie erneut geprüft hat. Arbeitsbereiche, die nur geprüfte Apps erlauben, verlieren sie. Bis dahin kann sie keine sensiblen Berechtigungen verlangen, und Tokens im eigenen Namen enden.
dev-settings-unreviewed = Diese App hat sich geändert, seit der Betreiber sie geprüft hat. Bis zur nächsten Prüfung gilt sie als nicht geprüft und kann keine sensiblen Berechtigungen verlangen.
dev-field-name = Name
dev-field-name-hint = Menschen lesen ihn, wenn sie um Zugriff gebeten werden.
dev-field-description = Beschreibung
dev-field-description-hint = Was sie tut, in ein, zwei Sätzen.
dev-field-homepage = Homepage
dev-field-homepage-hint = Eine https-Adresse.
dev-field-logo = Logo
dev-field-terms = Nutzungsbedingungen
dev-field-policy = Datenschutzerklärung
dev-field-links-hint = Adressen mit https. Die Zustimmungsseite führt zu Bedingungen und Datenschutz.
dev-field-redirects = Redirect-URIs
dev-field-redirects-hint = Eine je Zeile. Menschen kehren an genau diese Adressen zurück: https, oder http auf demselben Gerät. Sie können sie später ergänzen.
dev-field-redirects-examples = Zum Beispiel:
dev-field-redirect = Redirect-URI
dev-field-native = Läuft auf Geräten von Benutzern
dev-field-native-hint = Dann sind eigene Schemata wie com.example.app möglich, und der Port von http://127.0.0.1 darf abweichen.
dev-field-logout = Adressen nach dem Abmelden
dev-field-logout-hint = Eine je Zeile. Wohin Menschen geführt werden dürfen, nachdem sie sich abgemeldet haben.
dev-field-scopes = Berechtigungen
dev-field-grants = Grant-Typen
dev-field-auth = Wie sie sich ausweist
dev-field-auth-hint = Beim Wechsel von einem Secret zu einem anderen Verfahren werden die Secrets widerrufen; beim Wechsel zu einem Secret wird eines erstellt. Schlüssel werden entfernt, sobald die App kein Schlüsselpaar mehr verwendet.
dev-field-jwks = Öffentliche Schlüssel (JWKS)
dev-field-jwks-hint = Für ein Schlüsselpaar: Fügen Sie ein JWK Set ein oder geben Sie unten dessen URL an. Fügen Sie niemals einen privaten Schlüssel ein.
dev-field-jwks-uri = URL der öffentlichen Schlüssel
dev-field-jwks-uri-hint = Für ein Schlüsselpaar: eine https-Adresse, die ein JWK Set liefert. Neue Schlüssel werden innerhalb einer Minute gefunden.
dev-field-auth-alg = Signaturalgorithmus des Schlüsselpaars
dev-auth-alg-any = Jeder unterstützte Algorithmus
dev-keys-title = Registrierte Schlüssel
dev-field-pkce = PKCE verlangen
dev-field-pkce-hint = Schützt Autorisierungscodes. Schalten Sie es nur aus, wenn die Bibliothek der App PKCE nicht unterstützt; dann muss sie eine nonce senden. Öffentliche Apps und Weiterleitungen auf das eigene Gerät brauchen es immer.
dev-app-dropped = Nicht registriert
dev-app-dropped-why = Das hat die App bei der Registrierung verlangt. Dieser Server unterstützt es nicht oder erlaubt es dieser App nicht.
dev-field-sub = Token sprechen für
dev-field-format = Form der Zugriffstoken
dev-field-access-lifetime = Lebensdauer der Zugriffstoken in Sekunden
dev-field-refresh-lifetime = Refresh-Token enden, wenn sie so viele Sekunden nicht verwendet wurden
dev-field-id-lifetime = Lebensdauer der ID-Token in Sekunden
dev-field-lifetime-hint = Leer für den Wert dieses Servers: { $seconds ->
    [one] eine Sekunde
   *[other] { $seconds } Sekunden
  }.
dev-field-allowed = Wer sie verwenden darf
dev-field-allowed-hint = IDs von Benutzern, eine je Zeile (usr_…). Leer für alle.
dev-scope-closed = Diese Berechtigung kann nur der Betreiber hinzufügen.

dev-auth-any = Ein Secret, im Header oder im Inhalt der Anfrage
dev-auth-basic = Ein Secret im Header (client_secret_basic)
dev-auth-post = Ein Secret im Inhalt der Anfrage (client_secret_post)
dev-auth-keys = Ein Schlüsselpaar (private_key_jwt)
dev-auth-none = Gar nicht: Sie kann kein Secret für sich behalten (none)
dev-sub-workspace = Den Arbeitsbereich, den die Person gewählt hat
dev-sub-user = Die Person
dev-format-opaque = Undurchsichtig: Nur dieser Server liest sie
dev-format-jwt = JWT, das Ihre API selbst prüfen kann
dev-field-id-claims = Profil und E-Mail im ID-Token
dev-field-id-claims-hint = Für Apps, die nur das ID-Token lesen und userinfo nie aufrufen.
dev-id-claims-default = Vorgabe des Servers
dev-id-claims-on = Aufnehmen
dev-id-claims-off = Weglassen

dev-new-title = Neue Anwendung, Schritt { $step }
dev-new-step = Schritt { $step } von { $steps }
dev-new-kind = Was entwickeln Sie?
dev-new-kind-legend = Der Rest folgt daraus; Sie können es später ändern.
dev-new-web = Webanwendung mit Server
dev-new-web-why = Seiten, die ein Server von Ihnen erzeugt. Er kann ein Secret für sich behalten.
dev-new-web-chosen = Sie bekommt ein Secret und meldet Menschen mit einem Code und PKCE an; Refresh-Token halten sie verbunden.
dev-new-pkce-optional = Ihre Bibliothek unterstützt PKCE nicht
dev-new-pkce-optional-hint = Dann muss die App eine nonce senden. Lassen Sie das Feld frei, wenn Sie nicht sicher sind.
dev-new-spa = Single-Page-Anwendung
dev-new-spa-why = JavaScript im Browser ohne eigenen Server. Wer sie öffnet, kann alles darin lesen.
dev-new-spa-chosen = Sie hat kein Secret und meldet Menschen mit einem Code und PKCE an; jedes Refresh-Token gilt einmal.
dev-new-native = Nativ, Desktop oder Kommandozeile
dev-new-native-why = Auf den Geräten der Menschen installiert. Zum Anmelden öffnet sie den Browser.
dev-new-native-chosen = Sie hat kein Secret und meldet Menschen mit einem Code und PKCE an, über ein eigenes Schema oder einen lokalen Port.
dev-new-machine = Maschine zu Maschine
dev-new-machine-why = Ein Server oder Job, der im eigenen Namen handelt. Niemand meldet sich an.
dev-new-machine-chosen = Sie bekommt ein Secret und tauscht es gegen Zugriffstoken (Client Credentials). Kein Mensch ist beteiligt.
dev-new-agent = KI-Agent oder MCP-Client
dev-new-agent-why = Ein Agent, der die API in jemandes Auftrag aufruft, auf dem Gerät oder aus einem Dienst.
dev-new-agent-chosen = Er hat kein Secret und meldet Menschen mit einem Code und PKCE an, an einem lokalen Port oder einer https-Adresse.
dev-new-about = Über die Anwendung
dev-new-back = Zurück
dev-new-permissions = Worum darf sie bitten?
dev-new-permissions-why = Menschen sehen das, wenn sie fragt, und können manches ablehnen. Nehmen Sie, was sie braucht; mehr geht später.
dev-new-permissions-machine = Alles Angekreuzte steht in ihren Token, wenn sie nicht um weniger bittet.
dev-new-review = Stimmt das so?
dev-new-no-redirects = Noch keine. Ohne eine kann sich niemand anmelden; ergänzen Sie sie in den Einstellungen.
dev-new-no-scopes = Keine
dev-new-create = Anwendung erstellen
dev-made-title = Anwendung erstellt
dev-made-lead = { $name } ist bereit.
dev-made-public = Sie hat kein Secret: Wer das Programm hat, könnte es lesen. PKCE schützt jede Anmeldung.
dev-made-next = Wie es weitergeht
dev-made-next-snippets = Den Code kopieren, der Ihr Programm verbindet
dev-made-next-test = Eine Anmeldung von der Seite aus ausprobieren
dev-made-next-settings = Alle Einstellungen ansehen

dev-settings-about = Über die Anwendung
dev-settings-protocol = Wie sie anmeldet
dev-settings-tokens = Token
dev-settings-people = Personen

dev-secret-new = Ihr neues Secret
dev-secret-add = Secret hinzufügen
dev-secret-end = Dieses Secret beenden
dev-secret-end-short = Beenden
dev-secret-end-one = Das Secret …{ $hint } beenden
dev-secret-end-what = Das Secret, das auf { $hint } endet, wird von diesem Moment an nicht mehr angenommen.
dev-secret-end-last = Es ist das einzige: { $name } bekommt keine Token, bis Sie ein anderes hinzufügen.
dev-secrets-why = Zwei können zugleich gelten. Fügen Sie das neue hinzu, bringen Sie es auf Ihre Server, sehen Sie, dass es verwendet wird, und beenden Sie das alte.
dev-secrets-public = Diese App authentifiziert sich ohne Secret.
dev-secrets-none = Kein Secret gilt. Ohne eines bekommt die Anwendung keine Token.
dev-secrets-full = Es gibt zwei. Beenden Sie eines, bevor Sie ein anderes hinzufügen.
dev-secrets-hint = Endet auf
dev-secrets-created = Erstellt
dev-secrets-used = Zuletzt verwendet
dev-secrets-expires = Läuft ab
dev-secrets-no-end = Nie

dev-delete-title = { $name } löschen?
dev-delete-what = { $name } und alle Secrets werden endgültig gelöscht.
dev-delete-people = { $count ->
    [0] Niemand hat ihr Zugriff gegeben.
    [one] Eine Person hat ihr Zugriff gegeben und verliert ihn.
   *[other] { $count } Personen haben ihr Zugriff gegeben und verlieren ihn.
  }
dev-delete-grants = { $count ->
    [0] Keine Autorisierung ist in Kraft.
    [one] Eine Autorisierung endet; ihre Token sind sofort ungültig.
    [1001] Mehr als 1.000 Autorisierungen enden; ihre Token sind sofort ungültig.
   *[other] { $count } Autorisierungen enden; ihre Token sind sofort ungültig.
  }

dev-users-why = Wer ihr etwas erlaubt hat. Namen und Adressen erfahren Sie nur, wo die Person das erlaubt hat oder zu diesem Arbeitsbereich gehört.
dev-users-none = Noch niemand
dev-users-none-why = Personen stehen hier, sobald sie der Anwendung etwas erlauben.
dev-users-search = Nach E-Mail-Adresse oder Benutzer-ID suchen
dev-users-unknown = Unter dieser Adresse oder ID ist hier niemand bekannt. Eine Adresse finden Sie nur, wo Sie sie erfahren dürfen.
dev-users-count = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  }
dev-users-who = Wer
dev-users-permissions = Berechtigungen
dev-users-where = Wo
dev-users-last = Zuletzt verwendet
dev-users-since = Seit
dev-users-own-name = Im eigenen Namen
dev-user-revoke = Widerrufen
dev-user-revoke-one = Den Zugriff von { $who } widerrufen
dev-user-revoke-title = Den Zugriff dieser Person widerrufen?
dev-user-revoke-what = Was { $who } erlaubt hat, wird in allen Arbeitsbereichen widerrufen, und die Token sind sofort ungültig.
dev-user-revoke-then = Wenn { $name } wieder fragt, kann es wieder erlaubt werden.
dev-users-revoke = Alle widerrufen
dev-users-revoke-title = Den Zugriff aller auf { $name } widerrufen?
dev-users-revoke-people = { $count ->
    [0] Niemand hat ihr Zugriff gegeben.
    [one] Eine Person verliert den Zugriff.
   *[other] { $count } Personen verlieren den Zugriff.
  }

dev-activity-title = Aktivität von { $days } Tagen
dev-activity-range = Zeitraum
dev-activity-days = { $days } Tage
dev-activity-none = Es ist nichts geschehen
dev-activity-none-why = Ausgestellte und geprüfte Token werden hier gezählt, nach Tagen in UTC.
dev-activity-requests = Anfragen
dev-activity-users = Personen
dev-activity-errors = Fehler
dev-activity-desc = Ein Balken je Tag, höchstens { $most } an einem.
dev-activity-total = { $total } insgesamt
dev-activity-most = Höchstens { $most } am Tag
dev-activity-reasons = Fehler nach Grund
dev-activity-counted-from = Es waren sehr viele: Ab { $day } sind alle gezählt.
dev-activity-reason = Grund
dev-activity-count = Wie oft
dev-activity-why = Sehen, warum sie fehlschlugen
dev-activity-table = Dasselbe als Tabelle
dev-activity-day = Tag

dev-failures-why = Die letzten Anfragen dieser Anwendung, die abgelehnt wurden. Nur Sie lesen den genauen Grund; der Aufrufer erfährt weniger.
dev-failures-changes = Abgelehnte Änderungen an dieser Anwendung
dev-failures-changes-why = Was Personen in der Konsole und Schlüssel über die API mit dieser Anwendung tun wollten, und was abgelehnt wurde.
dev-failures-requests = Abgelehnte Anfragen dieser Anwendung
dev-failures-no-changes = Keine abgelehnten Änderungen
dev-failures-none = Keine abgelehnten Anfragen
dev-failures-none-why = Wenn etwas fehlschlägt, sehen Sie hier, was geprüft wurde, was nicht hielt, und was zu ändern ist.
dev-failures-inactive = Das Token galt nicht mehr
dev-failures-advice = Was zu ändern ist:
dev-failures-checks = Was geprüft und gesendet wurde
dev-failures-no-checks = Die Prüfungen zu diesem Grund sind nicht mehr bekannt.
dev-failures-day = Nur die vom { $day } (UTC).
dev-failures-reason = Nur die mit dem Grund { $reason }.
dev-failures-older = Ältere
dev-failures-from = Von
dev-verdict-passed = bestanden
dev-verdict-failed = nicht bestanden
dev-verdict-unreached = nicht erreicht
dev-endpoint-authorization = Autorisierung
dev-endpoint-token = Token
dev-endpoint-code = Token, für einen Code
dev-endpoint-refresh = Token, für ein Refresh-Token
dev-endpoint-client = Token, Client Credentials
dev-endpoint-device = Token, für ein Gerät
dev-endpoint-device-authorization = Geräteautorisierung
dev-endpoint-introspection = Introspection
dev-endpoint-revocation = Widerruf
dev-endpoint-userinfo = Userinfo
dev-endpoint-registration = Registrierung
dev-endpoint-management = Verwaltung

dev-test-title = Eine Anmeldung ausprobieren
dev-test-why = Die Seite stellt genau die Anfrage zusammen, die Ihr Programm sendet, mit einem State und einem PKCE-Paar eigens dafür. Sie öffnen sie, entscheiden und kehren an Ihre Redirect-URI zurück, ob dort etwas antwortet oder nicht. Dann fügen Sie die Adresse hier ein.
dev-test-no-redirects = Keine Redirect-URI ist eingetragen. Ergänzen Sie zuerst eine in den Einstellungen.
dev-test-build = Anfrage zusammenstellen
dev-test-request = Die Anfrage
dev-test-request-why = Eine echte Autorisierung: Was Sie erlauben, gilt; in Ihrem Konto können Sie die Anwendung wieder trennen.
dev-test-open = In neuem Tab öffnen
dev-test-parts = Ihre Teile
dev-test-response-type = Bittet um einen Code.
dev-test-client-id = Wer fragt.
dev-test-redirect-uri = Wohin die Antwort geht; genau wie eingetragen.
dev-test-scope = Worum sie bittet.
dev-test-state = Kommt unverändert zurück, damit das Programm seine eigene Anfrage erkennt.
dev-test-challenge = Der SHA-256 des Code-Verifiers als base64url.
dev-test-method = Wie die Challenge entstand.
dev-test-verifier = Das Programm behält ihn bis zum Tausch; er beweist, dass dasselbe Programm gefragt hat.
dev-test-back = Und zurück
dev-test-back-label = Die Adresse, an die Sie zurückkamen
dev-test-back-hint = Kopieren Sie sie aus der Adresszeile, auch wenn die Seite dort nicht lädt.
dev-test-check = Prüfen
dev-test-answer = Was zurückkam
dev-test-check-address = Es ist eine Adresse
dev-test-check-place = Es ist die Redirect-URI der Anfrage
dev-test-check-state = Der State ist der gesendete
dev-test-check-issuer = Der Issuer (iss) ist dieser Server
dev-test-check-code = Sie bringt einen Code
dev-test-said = Der Server sagte
dev-test-see-failures = Sehen, warum es fehlschlug
dev-test-exchange = Alles stimmt. Ihr Programm tauscht jetzt den Code, binnen einer Minute und einmal:
dev-test-command = Befehl
dev-test-again = Von vorn beginnen
dev-test-machine = Ein Token holen
dev-test-machine-why = Kein Mensch ist beteiligt: Die Anwendung tauscht ihr Secret gegen ein Zugriffstoken.
dev-test-error-denied = Die Person hat abgelehnt oder darf die Anwendung nicht verwenden. Ein Programm sagt das freundlich und bietet einen neuen Versuch an.
dev-test-error-scope = Es wurde um eine Berechtigung gebeten, die es nicht gibt oder die nicht zur Anwendung gehört.
dev-test-error-request = Die Anfrage selbst stimmt nicht.
dev-test-error-server = Der Server konnte nicht antworten. Versuchen Sie es gleich noch einmal.
dev-test-error-other = Die Anfrage ließ sich nicht beantworten, ohne die Person zu fragen.
