-- The client's configuration, found by `vim.lsp.enable('bugcatalog')` (Neovim 0.11 or newer).
---@type vim.lsp.Config
return {
  -- Only what you installed yourself is started, never a command that a workspace names.
  cmd = vim.g.bugcatalog_cmd or { 'bugcatalog', 'server' },
  filetypes = { 'python', 'toml', 'markdown' },
  root_markers = { 'bugcatalog.toml', '.bugcatalog', { 'pyproject.toml', 'alembic.ini' }, '.git' },
  init_options = { promptsForReason = true },
  settings = { bugcatalog = {} },
  commands = {
    ['bugcatalog.ignoreWithReason'] = function(command, context)
      require('bugcatalog').ignore_with_reason(command.arguments[1], context.client_id)
    end,
  },
}
