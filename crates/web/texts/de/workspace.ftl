# Workspace.
