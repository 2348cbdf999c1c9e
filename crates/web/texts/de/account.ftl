# Das eigene Konto.

done-saved = Gespeichert.

profile-language = Sprache
profile-browsers = Die des Browsers
profile-zone = Zeitzone
profile-zone-hint = Zum Beispiel Europe/Berlin. Ohne Angabe gilt die des Browsers.
profile-workspace = Bevorzugter Arbeitsbereich
profile-workspace-hint = Apps, die keinen bestimmten Arbeitsbereich verlangen, bekommen diesen genannt.
