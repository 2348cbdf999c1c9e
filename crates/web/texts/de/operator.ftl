# Die Seiten für die Betreiber des Servers.

operator-search = Suchen
operator-none-hint = Suchen Sie nach etwas Kürzerem, oder
operator-show-all = zeigen Sie alle an
operator-name = Name
operator-state = Status
operator-active = Aktiv
operator-disabled = Deaktiviert
operator-disabled-since = Deaktiviert seit
operator-created = Erstellt
operator-last-use = Zuletzt verwendet
operator-never = Noch nie
operator-facts = Angaben
operator-id = ID

span-seconds = { $n ->
    [one] 1 Sekunde
   *[other] { $n } Sekunden
}
span-minutes = { $n ->
    [one] 1 Minute
   *[other] { $n } Minuten
}
span-hours = { $n ->
    [one] 1 Stunde
   *[other] { $n } Stunden
}
span-days = { $n ->
    [one] 1 Tag
   *[other] { $n } Tage
}

health-all-good = Alles sieht gut aus.
health-some-wrong = { $n ->
    [one] Eine Angabe sollten Sie sich ansehen.
   *[other] { $n } Angaben sollten Sie sich ansehen.
}
health-good = Gut
health-look = Bitte ansehen
health-bad = Schlecht
health-by-webhook = Webhooks mit solchen Zustellungen, von allen Arbeitsbereichen und vom Server. Jede einzelne Zustellung sehen ihre Inhaber.
health-of-server = Der Server
health-webhook = Webhook
health-deliveries = Zustellungen
operator-first-listed = Die ersten { $n } sind aufgeführt.
health-version = Version
health-version-said = Des Programms, das Ihnen antwortet.
health-uptime = Laufzeit
health-since = Gestartet am
health-database = Antwortzeit der Datenbank
health-no-answer = Keine Antwort
health-database-fast = Hin und zurück: Niemand wartet darauf.
health-database-slow = Hin und zurück: So langsam, dass man es bei jeder Anmeldung merkt.
health-database-silent = Solange sie nicht antwortet, kann sich niemand anmelden. Warum, steht im Log.
health-schema = Schemaversion
health-schema-fits = Die, die dieses Programm braucht.
health-schema-old = Älter, als dieses Programm es braucht. Führen Sie seine Migrationen aus.
health-schema-new = Neuer, als dieses Programm es kennt: Ein anderer Knoten wurde schon aktualisiert.
health-size = Größe der Datenbank
health-size-sqlite = SQLite, ohne das Journal.
health-size-postgres = PostgreSQL, mit allen Indizes.
health-jobs = Hintergrundaufgaben
health-jobs-run = Alle gelingen.
health-jobs-panicked = Eine ist abgestürzt und wurde neu gestartet. Welche und warum, steht im Log.
health-jobs-still = Diese Aufgabe gelingt nicht mehr. Warum, steht im Log.
health-left-out = Ablehnungen, die im Auditprotokoll fehlen
health-left-out-none = Seit dem Start dieses Prozesses steht jede Ablehnung im Auditprotokoll.
health-left-out-some = Seit dem Start dieses Prozesses kamen zu viele auf einmal, zum Beispiel durch eine Flut von Anfragen. Sie stehen im Log des Prozesses. Einträge über das, was getan wurde, fehlen nie.
health-lost-lines = Zeilen, die im Log fehlen
health-lost-lines-none = Seit dem Start dieses Prozesses wurde jede Zeile geschrieben.
health-lost-lines-some = Seit dem Start dieses Prozesses konnten einige nicht geschrieben werden: Der Datenträger war voll, oder das Programm, das die Standardfehlerausgabe liest, war zu langsam. Keine Anfrage musste darauf warten.
health-waiting = Wartet aufs Schreiben
health-waiting-few = Protokolleinträge, Zähler und Ereignisse im Speicher. Sie werden jede Sekunde geschrieben.
health-waiting-many = Protokolleinträge, Zähler und Ereignisse im Speicher: mehr, als in einer Sekunde anfällt. Die Datenbank kommt nicht nach.
health-commits = Geschriebene Transaktionen
health-commits-said = Von diesem Prozess, seit er läuft.
health-pending = Zustellungen unterwegs
health-pending-none = Jeder Webhook hat, was er bestellt hat.
health-pending-some = Werden weiter versucht, mit wachsenden Pausen.
health-dead = Aufgegebene Zustellungen
health-dead-none = Keine wurde aufgegeben.
health-dead-some = Wurden so lange versucht wie vorgesehen. Bringen Sie den Empfänger in Ordnung und wiederholen Sie sie dann.

users-lead = Alle, die hier ein Konto haben.
users-search = Name oder E-Mail-Adresse
users-none = So heißt niemand.
users-count = { $n ->
    [one] Ein Benutzer
   *[other] { $n } Benutzer
}
users-who = Benutzer
users-operator = Betreiber
users-last-sign-in = Letzte Anmeldung
users-no-session = Keine, die noch gespeichert ist

user-title = Benutzer { $name }
user-back = Alle Benutzer
user-own = Das sind Sie
user-email-verified = bestätigt
user-email-unverified = nicht bestätigt
user-connections = { $n ->
    [0] Keine
    [one] Eine
   *[other] { $n }
}
user-no-workspace = Gehört zu keinem. Jemand muss diese Person einladen.
user-changes = Zugang
user-disable = Konto deaktivieren
user-disable-hint = Wer deaktiviert ist, kann sich nicht anmelden, und die eigenen Token wirken nicht mehr. Das lässt sich rückgängig machen.
user-disable-title = { $name } deaktivieren?
user-disable-means = { $who } wird überall abgemeldet. Die Zugriffstoken dieser Person und alles, was Apps in ihrem Namen tun, wirken ab sofort nicht mehr, bis Sie das Konto wieder aktivieren. Gelöscht wird nichts.
user-enable = Konto aktivieren
user-enable-hint = Die Person kann sich wieder anmelden. Ihre Token und verbundenen Apps wirken wie zuvor.
user-enable-title = { $name } aktivieren?
user-enable-means = { $who } kann sich wieder anmelden. Zugriffstoken und verbundene Apps, die inzwischen nicht abgelaufen sind, wirken wie zuvor.
user-verify = Adresse als bestätigt markieren
user-verify-hint = Apps, die nach der E-Mail-Adresse fragen, erhalten dann email_verified mit dem Wert true.
user-verify-title = Die Adresse von { $name } als bestätigt markieren?
user-verify-means = Apps erhalten { $who } als bestätigte Adresse. Fahren Sie nur fort, wenn Sie wissen, dass sie dieser Person gehört. Ändert die Person ihre Adresse, gilt die neue als nicht bestätigt.
user-unverify = Adresse als nicht bestätigt markieren
user-unverify-hint = Apps erhalten dann email_verified mit dem Wert false.
user-unverify-title = Die Adresse von { $name } als nicht bestätigt markieren?
user-unverify-means = Apps erhalten { $who } als nicht bestätigte Adresse. Manche Apps lehnen die Anmeldung dann ab.
user-make = Zum Betreiber machen
user-make-hint = Betreiber sehen und ändern alles auf diesen Seiten.
user-make-title = Soll { $name } diesen Server betreiben?
user-make-means = { $who } wird alles auf diesen Seiten sehen und ändern können: Benutzer, Arbeitsbereiche, Clients, Schlüssel und Einstellungen. Geben Sie das nur Personen, denen Sie all das anvertrauen.
user-end = Betreiberrechte entziehen
user-end-hint = Konto und Arbeitsbereiche bleiben, wie sie sind.
user-end-title = { $name } die Betreiberrechte entziehen?
user-end-means = { $who } kann diese Seiten nicht mehr öffnen und die API der Betreiber nicht mehr aufrufen. Konto und Arbeitsbereiche bleiben, wie sie sind.
user-change-own = Das ist Ihr eigenes Konto.
done-user-disabled = Das Konto ist deaktiviert.
done-user-enabled = Das Konto ist aktiviert.
done-user-verified = Die Adresse ist als bestätigt markiert.
done-user-unverified = Die Adresse ist als nicht bestätigt markiert.
done-user-made = Die Person betreibt jetzt diesen Server.
done-user-ended = Die Betreiberrechte sind entzogen.

all-workspaces = Alle Arbeitsbereiche
all-workspaces-lead = Alle Arbeitsbereiche dieses Servers. Um Mitglieder und Apps kümmern sich ihre Inhaber.
all-workspaces-search = Name
all-workspaces-title = Arbeitsbereich { $name }
all-workspaces-lists = Mitglieder und Apps
all-workspaces-none = So heißt kein Arbeitsbereich.
all-workspaces-none-hint = Wer sich registriert, bekommt einen eigenen.
all-workspaces-count = { $n ->
    [one] Ein Arbeitsbereich
   *[other] { $n } Arbeitsbereiche
}

clients-lead = Alle Anwendungen, die hier registriert sind, wer auch immer sie verwaltet.
clients-search = Name
clients-tier = Vertrauen
clients-any-tier = Jedes
clients-none = So eine Anwendung gibt es nicht.
clients-none-hint = Entwickler erstellen sie in ihrem Arbeitsbereich.
clients-count = { $n ->
    [one] Ein Client
   *[other] { $n } Clients
}

client-title = Client { $name }
client-back = Alle Clients
client-console = Konsole öffnen
client-id = Client-ID
client-owner = Verwaltet von
client-of-workspace = Arbeitsbereich
client-of-person = Person
client-of-nobody = Kein Inhaber: nur der Betreiber verwaltet ihn
client-kind = Art
client-public = Öffentlich: kann kein Secret für sich behalten
client-confidential = Vertraulich: weist sich mit einem Secret aus
client-keys = Vertraulich: weist sich mit einem Schlüsselpaar aus
client-description = Beschreibung
client-site = Website
client-reviewed = Geändert seit Ihrer Prüfung
client-reviewed-hint = Das Vertrauen galt dem Client vor diesen Änderungen. Er gilt als nicht geprüft, bis Sie die Vertrauensstufe neu setzen.
client-redirects = Redirect-URIs
client-grants = Grant-Typen
client-scopes = Scopes
client-contacts = Kontakte
client-none = Keine
client-owner-change = Inhaber
client-owner-new = Neuer Inhaber
client-owner-hint = Die ID eines Arbeitsbereichs (wsp_…) oder die E-Mail-Adresse einer Person. Lassen Sie das Feld leer, wenn nur der Betreiber den Client verwaltet.
client-owner-title = Den Inhaber von { $client } ändern?
client-owner-means = { $owner } verwaltet dann { $client }: die Einstellungen, die Secrets und die Benutzer.
client-owner-means-none = Nur der Betreiber verwaltet dann { $client }.
client-owner-tokens = Token, die der Client im eigenen Namen erhalten hat, werden widerrufen. Er kann sofort neue erhalten.
client-owner-set = Inhaber ändern
done-client-owned = Der Inhaber wurde geändert.
client-tier-question = Wie weit vertrauen Sie ihm?
client-means-first-party = Ihr eigenes Produkt. Jeder Arbeitsbereich lässt es zu, Benutzer lesen, dass es von Ihnen ist, und es darf die Token aller Clients prüfen.
client-means-verified = Sie wissen, wer dahintersteht. Benutzer lesen, dass er geprüft ist, und Arbeitsbereiche, die das verlangen, lassen ihn zu.
client-means-unverified = Jemand, der angemeldet war, hat ihn registriert. Benutzer lesen, dass ihn niemand geprüft hat, und sensible Berechtigungen kann er nicht selbst registrieren.
client-means-anonymous = Ein Unbekannter hat ihn registriert. Benutzer werden gewarnt, und er wird entfernt, wenn sich nie jemand über ihn anmeldet.
client-trust-title = Das Vertrauen in { $client } ändern?
client-trust-now = Ab sofort gilt für { $client }: { $tier }.
client-trust-less = Mit weniger Vertrauen endet sofort, was dem Client in jedem Arbeitsbereich erlaubt war, der solche Apps nicht zulässt. Mehr Vertrauen bringt das später nicht zurück: Es muss neu erlaubt werden.
client-trust-unused = Über ihn hat sich noch nie jemand angemeldet: Er wird entfernt, sobald seine Registrierung { $days } Tage zurückliegt.
client-trust-set = Vertrauen ändern
client-changes = Zugang
client-disable = Client deaktivieren
client-disable-hint = Solange er deaktiviert ist, wirkt nichts von dem, was er hat. Das lässt sich rückgängig machen.
client-disable-title = { $client } deaktivieren?
client-disable-means = Niemand meldet sich mehr über { $client } an, und alle Token und Secrets des Clients wirken ab sofort nicht mehr, bis Sie ihn wieder aktivieren. Gelöscht wird nichts.
client-enable = Client aktivieren
client-enable-hint = Alles, was er hat, wirkt wieder.
client-enable-title = { $client } aktivieren?
client-enable-means = Über { $client } kann man sich wieder anmelden, und seine Secrets und alle Token, die inzwischen nicht abgelaufen sind, wirken wie zuvor.
client-pkce = PKCE
client-pkce-required = Erforderlich
client-pkce-optional = Nicht erforderlich
client-pkce-require = PKCE verlangen
client-pkce-require-hint = Ab sofort muss dieser Client PKCE verwenden. Anfragen ohne PKCE scheitern.
client-pkce-release = PKCE nicht mehr verlangen
client-pkce-release-hint = Der Client darf auf PKCE verzichten, wenn seine Redirect-URI https verwendet. Dann muss er eine nonce senden.
client-pkce-require-title = PKCE von { $client } verlangen?
client-pkce-release-title = PKCE von { $client } nicht mehr verlangen?
done-client-pkce-required = PKCE ist jetzt erforderlich.
done-client-pkce-released = PKCE ist nicht mehr erforderlich.
done-client-trusted = Das Vertrauen wurde geändert.
done-client-disabled = Der Client ist deaktiviert.
done-client-enabled = Der Client ist aktiviert.

keys-lead = Sie signieren ID-Token und JWT-Zugriffstoken. Ihre privaten Teile verlassen diesen Server nie.
keys-states = Was der Status bedeutet
keys-count = { $n ->
    [one] Ein veröffentlichter Schlüssel
   *[other] { $n } veröffentlichte Schlüssel
}
keys-active = Signiert
keys-active-means = Jedes neue Token wird mit ihm signiert.
keys-next = Nächster
keys-next-means = Vorab veröffentlicht, damit Clients ihn kennen, bevor er signiert.
keys-retired = Prüft
keys-retired-means = Signiert nichts mehr. Er bleibt veröffentlicht, bis abgelaufen ist, was er signiert hat.
keys-id = Schlüssel-ID
keys-algorithm = Algorithmus
keys-since = Seit
keys-until = Bis
keys-no-end = Bis er ersetzt wird
keys-rotate = Schlüssel ersetzen
keys-rotate-title = Die Signaturschlüssel ersetzen?
keys-rotate-new = Für jeden Algorithmus signiert ab sofort der nächste Schlüssel alle neuen Token, und ein neuer nächster wird veröffentlicht.
keys-rotate-old = Token, die vorher signiert wurden, gelten, bis sie ablaufen, und die alten Schlüssel bleiben noch 30 Tage veröffentlicht. Die Schlüssel, die Codes und opake Token versiegeln, rücken ebenso weiter: Niemand wird abgemeldet.
keys-rotate-known = Die nächsten Schlüssel sind so lange veröffentlicht wie die jetzigen oder seit mehr als einem Tag. Clients, die eine Kopie des Schlüsselsatzes behalten, sollten sie inzwischen kennen.
keys-rotate-young = Die nächsten Schlüssel sind seit weniger als einem Tag veröffentlicht. Clients mit einer älteren Kopie des Schlüsselsatzes lehnen neue Token ab, bis sie ihn neu abrufen. Warten Sie einen Tag, wenn es nicht eilt.
keys-rotate-now = Jetzt ersetzen
done-keys-rotated = Die Schlüssel wurden ersetzt.

settings-lead = So gelten sie jetzt, jede unter ihrem Namen in der Konfigurationsdatei. Geändert werden sie dort; wirksam wird das, wenn der Server startet.
settings-search = Name oder Wert
settings-none = So heißt keine Einstellung.
settings-top = Außerhalb der Abschnitte
settings-key = Einstellung
settings-value = Wert
settings-hidden = Gesetzt, aber verborgen, weil es geheim ist
settings-nothing = Nicht gesetzt
settings-entries = { $n ->
    [one] Ein Eintrag
   *[other] { $n } Einträge
}
