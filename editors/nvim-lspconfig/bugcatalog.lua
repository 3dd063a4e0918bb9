---@brief
---
--- https://pypi.org/project/bugcatalog-ls
---
--- `bugcatalog`, a language server that finds the bugs of a team's bug catalog in Python back ends, explains and mends
--- them.
---
--- ```sh
--- pip install bugcatalog-ls
--- ```
---
--- Settings are those of `[tool.bugcatalog]` in `pyproject.toml`:
---
--- ```lua
--- vim.lsp.config('bugcatalog', {
---   settings = { bugcatalog = { ignore = { 'BC403' } } },
--- })
--- ```

---@type vim.lsp.Config
return {
  cmd = { 'bugcatalog', 'server' },
  filetypes = { 'python', 'toml', 'markdown', 'log', 'text' },
  root_markers = { 'bugcatalog.toml', '.bugcatalog', { 'pyproject.toml', 'alembic.ini' }, '.git' },
  settings = { bugcatalog = {} },
}
