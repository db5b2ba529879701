"""How a document looks: Markdown, one HTML file, .docx, a workbook. The same document makes the same bytes."""
