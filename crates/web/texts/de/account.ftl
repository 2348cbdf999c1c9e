# Das eigene Konto.

done-saved = Gespeichert.
done-saved-unreviewed = Gespeichert. Die App gilt als nicht geprüft, bis der Betreiber die Änderung geprüft hat.
done-disconnected = Getrennt. Was die App noch hat, ist wertlos.
done-password-changed = Ihr Passwort wurde geändert. Sie sind überall sonst abgemeldet, Ihre persönlichen Zugriffstoken sind widerrufen, und bei verbundenen Apps müssen Sie sich neu anmelden.
done-password-changed-only = Ihr Passwort wurde geändert.
done-session-ended = Dort abgemeldet.
done-sessions-ended = Überall sonst abgemeldet.
done-token-revoked = Das Token wurde widerrufen.

profile-language = Sprache
profile-browsers = Die des Browsers
profile-zone = Zeitzone
profile-zone-hint = Zum Beispiel Europe/Berlin. Ohne Angabe gilt die des Browsers.
profile-workspace = Bevorzugter Arbeitsbereich
profile-no-workspace = Keiner
profile-workspace-hint = Apps, die keinen bestimmten Arbeitsbereich verlangen, bekommen diesen genannt.

apps-lead = Apps, denen Sie etwas erlaubt haben, und was. Eine Trennung wirkt sofort.
apps-none = Keine App ist verbunden.
apps-none-why = Sobald Sie einer App etwas erlauben, steht sie hier, und Sie können es widerrufen.
apps-own-name = In Ihrem eigenen Namen
apps-since = Seit
apps-last-use = Zuletzt verwendet
apps-never = noch nie
apps-long-ago = nicht in letzter Zeit
apps-disconnect = Trennen
apps-disconnect-all = Überall trennen
apps-disconnect-named = Trennen: { $app }
apps-disconnect-all-named = Überall trennen: { $app }
apps-disconnect-one = Trennen: { $app }, { $workspace }
apps-ask-title-all = { $app } trennen?
apps-ask-title-own = { $app } von Ihrem Konto trennen?
apps-ask-title-one = { $app } von { $workspace } trennen?
apps-ask-all = { $app } verliert alles, was Sie erlaubt haben, in jedem Arbeitsbereich.
apps-ask-own = { $app } verliert, was Sie in Ihrem eigenen Namen erlaubt haben.
apps-ask-one = { $app } verliert, was Sie in { $workspace } erlaubt haben.
apps-ask-again = Das geschieht sofort. Um die App wieder zu verwenden, erlauben Sie es ihr noch einmal.

security-password = Passwort
security-current = Aktuelles Passwort
security-new = Neues Passwort
security-new-hint = Mindestens 10 Zeichen.
security-change = Passwort ändern
security-end-others = Überall sonst abmelden
security-end-others-hint = Beendet alle anderen Sitzungen, widerruft Ihre persönlichen Zugriffstoken und meldet Sie bei verbundenen Apps ab. Empfohlen, wenn jemand Ihr Passwort kennen könnte.
security-no-password = Sie melden sich ohne Passwort an; es gibt also keines zu ändern.

sessions-title = Wo Sie angemeldet sind
sessions-device = Gerät
sessions-address = Adresse
sessions-no-address = Unbekannt
sessions-since = Angemeldet
sessions-last-seen = Zuletzt gesehen
sessions-this = Dieser Browser
sessions-end = Beenden
sessions-end-named = Beenden: { $device }
sessions-end-button = Dort abmelden
sessions-end-others = Alle anderen beenden
sessions-ask = Dort abmelden?
sessions-ask-line = { $device } muss sich neu anmelden.
sessions-ask-line-address = { $device }, zuletzt gesehen unter { $address }, muss sich neu anmelden.
sessions-ask-others = Überall sonst abmelden?
sessions-ask-others-line = Jeder Browser außer diesem muss sich neu anmelden.
sessions-ask-apps = Verbundene Apps bleiben verbunden.

device-both = { $browser } auf { $system }
device-system = Ein Browser auf { $system }
device-unknown = Unbekanntes Gerät

tokens-lead = Für Programme, die für Sie handeln. Wer ein Token hat, kann, was es erlaubt: Hüten Sie es wie ein Passwort.
tokens-none = Sie haben keine Zugriffstoken.
tokens-none-why = Erstellen Sie eines für ein Skript oder Werkzeug, das die API in Ihrem Namen aufruft.
tokens-new = Neues Token
tokens-name = Name
tokens-name-hint = Wofür es ist, zum Beispiel „Sicherungsskript“.
tokens-hint = Endet auf { $hint }
tokens-scopes = Berechtigungen
tokens-scopes-hint = Wählen Sie, wofür das Token dient, mindestens eine Berechtigung. Es erlaubt nie mehr, als Sie selbst dürfen.
scopes-all = Alle auswählen
tokens-created = Erstellt
tokens-last-use = Zuletzt verwendet
tokens-unused = Noch nie
tokens-expires = Läuft ab
tokens-expired = Abgelaufen
tokens-never = Nie
tokens-days = { $days ->
    [one] In { $days } Tag
   *[other] In { $days } Tagen
  }
tokens-create = Token erstellen
tokens-made = Ihr neues Token
tokens-made-line = { $name } ist bereit.
tokens-made-label = Zugriffstoken
tokens-revoke = Widerrufen
tokens-revoke-named = Widerrufen: { $name }
tokens-ask = Dieses Token widerrufen?
tokens-ask-line = Programme, die { $name } verwenden, funktionieren dann nicht mehr. Apps, die damit Zugriff bekommen haben, verlieren ihn.

workspaces-title = Ihre Arbeitsbereiche
workspaces-none = Sie gehören zu keinem Arbeitsbereich.
workspaces-none-why = Bitten Sie einen Admin um eine Einladung.
