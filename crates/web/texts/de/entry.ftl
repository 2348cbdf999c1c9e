# An- und Abmelden, Zustimmung und die Fehlerseite.

welcome = Willkommen
welcome-why = Hier melden Sie sich für Apps an und legen fest, was diese dürfen.
sign-in-again = Erneut anmelden
sign-in-again-why = Die App möchte sicher sein, dass Sie es sind.
to-continue-to = weiter zu { $client }
new-here = Neu hier?
have-account = Sie haben schon ein Konto?
create-account = Konto erstellen
your-name = Ihr Name
password-rule = Mindestens 10 Zeichen. Ein paar Wörter hintereinander merkt man sich am leichtesten.

setup = Ersten Betreiber einrichten
setup-why = Dieses Konto darf den Server verwalten: Benutzer, Arbeitsbereiche, Clients und Schlüssel.
setup-submit = Betreiber einrichten

choose-account = Konto wählen
continue-as = Weiter als { $who }
other-account = Anderes Konto verwenden

sign-out-question = Abmelden?
sign-out-asked = { $client } bittet Sie, sich in diesem Browser abzumelden.
sign-out-effect = Sie werden in diesem Browser abgemeldet.
stay-signed-in = Angemeldet bleiben
signed-out = Sie sind abgemeldet
signed-out-apps = Verbundene Apps behalten ihren Zugriff, bis Sie sie trennen.

one-moment = Einen Moment
sent-back = Sie werden zur App zurückgeschickt.

choose-workspace = Arbeitsbereich wählen
allow-access = Zugriff erlauben?
asks-for-access = { $client } bittet um Zugriff
asks-for-workspace = { $client } bittet um einen Arbeitsbereich
by-developer = Von { $developer }
signed-in-as = Angemeldet als { $who }
account-expected = Die App hat { $expected } erwartet, aber Sie sind als { $who } angemeldet.
consent-own-name = Die App handelt in Ihrem eigenen Namen: Was sie mit diesem Zugriff tut, gilt als von Ihnen getan.
consent-for-workspace = Die App handelt für den Arbeitsbereich und nicht in Ihrem eigenen Namen.
consent-unverified = Niemand hat diese App überprüft. Machen Sie nur weiter, wenn Sie wissen, von wem sie stammt, und das hier erwartet haben.
consent-unverified-by = Niemand hat diese App überprüft. Registriert wurde sie von { $developer }: Machen Sie nur weiter, wenn Sie diesen Namen kennen und das hier erwartet haben.
consent-poses = Diese App gehört nicht zu { $brand }, auch wenn ihr Name so aussieht.
consent-unknown = Niemand bürgt für diese App; sie hat sich selbst registriert. Machen Sie nur weiter, wenn Sie das selbst begonnen haben.
consent-look-alike = Der Name dieser App enthält verwechselbare Zeichen. Lesen Sie ihn genau.
for-workspace = Für den Arbeitsbereich { $workspace }
which-workspace = Welcher Arbeitsbereich?
workspace-search = Arbeitsbereiche durchsuchen
workspace-none-here = Keiner der aufgeführten heißt so. „Suchen“ sieht unter allen nach.
workspace-cut = { $listed } von { $found } sind aufgeführt. Suchen Sie nach den übrigen.
workspace-found = { $found ->
    [one] 1 Arbeitsbereich heißt so.
   *[other] { $found } Arbeitsbereiche heißen so.
  }
workspace-none = Kein Arbeitsbereich heißt so.
allowed-before-title = Was Sie schon erlaubt haben
will-be-able = Was die App dann darf
always-needed = Immer erforderlich.
answer-to = Die Antwort geht an { $host }.
answer-to-device = Die Antwort geht an ein Programm auf diesem Gerät ({ $host }). Erlauben Sie es nur, wenn Sie dieses Programm gerade gestartet haben.
allow = Erlauben
deny = Ablehnen
stay-connected = Verbunden bleiben
stay-connected-hint = Die App behält den Zugriff, auch wenn Sie nicht da sind, bis Sie sie trennen. Sonst muss sie Sie nach einiger Zeit erneut fragen.
consent-undo = Sie können das jederzeit unter „Verbundene Apps“ in Ihrem Konto widerrufen: Damit endet, was Sie erlaubt haben.
client-privacy = Datenschutz der App
client-terms = Nutzungsbedingungen der App

device-title = Gerät verbinden
device-why = Geben Sie den Code ein, den Ihr Gerät anzeigt. Danach bittet das Gerät um Zugriff auf Ihr Konto.
device-compare = Fahren Sie nur fort, wenn Sie dies selbst begonnen haben und Ihr Gerät genau { $code } anzeigt. Wer Ihnen diesen Link geschickt hat, bekäme sonst den Zugriff.
device-code = Code
device-hint = Acht Buchstaben, zum Beispiel BCDF-GHJK. Groß- und Kleinschreibung ist egal.
device-allowed = Sie können zu Ihrem Gerät zurückkehren
device-allowed-why = { $client } hat jetzt Zugriff. Sie können diese Seite schließen.
device-denied = Zugriff verweigert
device-denied-why = { $client } erfährt, dass Sie abgelehnt haben. Sie können diese Seite schließen.
consent-device = Ein Gerät bittet darum. Stimmen Sie nur zu, wenn Sie das Gerät vor sich haben und es { $code } anzeigt: Wer es hat, bekommt den Zugriff.
consent-stays = Diese Seite bleibt offen; Sie können sie dann schließen.
consent-sent = Ihre Antwort ist unterwegs zu dem Programm. Sie können diese Seite schließen, wenn es dort weitergeht.
answer-to-asking-device = Die Antwort geht an das Gerät.

unable-title = Zugriff nicht möglich
unable = { $client } kann mit diesem Konto keinen Zugriff erhalten
unable-not-chosen = Diese App ist nur für Personen da, die ihr Entwickler ausgewählt hat, und dieses Konto gehört nicht dazu.
unable-ask-developer = Bitten Sie den Entwickler, Sie aufzunehmen, oder verwenden Sie ein anderes Konto.
unable-no-workspace = Diese App arbeitet für einen Arbeitsbereich, und dieses Konto gehört zu keinem.
unable-ask-invitation = Bitten Sie einen Admin eines Arbeitsbereichs um eine Einladung, oder verwenden Sie ein anderes Konto.
unable-not-member = Diese App bittet um einen Arbeitsbereich, zu dem dieses Konto nicht gehört.
unable-ask-member = Bitten Sie einen Admin dieses Arbeitsbereichs um eine Einladung, oder verwenden Sie ein anderes Konto.
unable-forbidden = Dieser Arbeitsbereich lässt die App nicht zu:
unable-forbidden-all = Keiner Ihrer Arbeitsbereiche lässt die App zu:
unable-ask-owner = Welche Apps ein Arbeitsbereich zulässt, legen seine Inhaber fest. Fragen Sie dort nach, oder verwenden Sie ein anderes Konto.
unable-own = Welche Apps er zulässt, entscheiden Sie: Ändern Sie die Regel und versuchen Sie es dann noch einmal.
unable-otherwise = Was diese App verlangt, kann der Server nicht leisten.
unable-change = Regel ändern
unable-again = Noch einmal versuchen
unable-back = Zurück zur App
unable-tell-device = Gerät abweisen

error-title = Das hat nicht geklappt
error-code = Fehler
came-from = Sie kamen von { $client }.
error-return = Zurück zu { $client }
error-no-page = Unter dieser Adresse gibt es keine Seite.
error-form-only = Diese Adresse nimmt nur entgegen, was ein Formular sendet. Gehen Sie zur vorigen Seite zurück, oder beginnen Sie auf der ersten.
error-form-unreadable = Die Eingabe lässt sich nicht lesen. Laden Sie die Seite neu und geben Sie alles noch einmal ein.
error-form-forged = Dieses Formular kam nicht von einer Seite dieses Servers in diesem Browser. Laden Sie die Seite neu; Cookies müssen erlaubt sein.
error-form-used = Mit diesem Formular wurde schon etwas erstellt, mit anderen Angaben; es erstellt nichts zweimal. Sehen Sie in der Liste nach, oder öffnen Sie das Formular neu, um noch etwas zu erstellen.
error-form-of-another = Als dieses Formular geöffnet wurde, war jemand anderes angemeldet. Es wurde nichts ausgeführt. Öffnen Sie die Seite neu, um es für das jetzt angemeldete Konto zu tun.
error-session-over = Ihre Sitzung ist beendet. Melden Sie sich in einem anderen Tab an, gehen Sie dann zurück und schicken Sie das Formular noch einmal: Ihre Eingaben sind noch da.
turn-ours = Das ist unser Fehler, nicht Ihrer. Versuchen Sie es gleich noch einmal.
turn-nobodys = Sie können diese Seite schließen.
turn-wait = Warten Sie ein wenig und versuchen Sie es dann noch einmal.
turn-developers = Sie haben nichts falsch gemacht. Der Entwickler der App muss das beheben.
turn-admins = Fragen Sie jemanden, dem der Arbeitsbereich gehört oder der ihn verwaltet.
turn-operators = Fragen Sie, wer diesen Server betreibt.
error-list = Zur Liste
error-home = Zur Startseite
turn-again = Gehen Sie zurück und beginnen Sie von vorn. Geschieht das wieder, sagen Sie dem Entwickler der App Bescheid, von der Sie kamen.
