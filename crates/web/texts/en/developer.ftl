# Developer.
