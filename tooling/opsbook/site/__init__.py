"""The site: `pages` makes Markdown of a book, `build` has MkDocs make a site of the pages.

Every page is plain Markdown headings with blocks of HTML between them, so that any generator that
reads `mkdocs.yml` shows the same page, and what a record says is escaped in one place.
"""
