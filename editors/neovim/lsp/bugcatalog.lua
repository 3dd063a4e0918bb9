-- The client's configuration, found by `vim.lsp.enable('bugcatalog')` (Neovim 0.11 or newer).
---@type vim.lsp.Config
return {
  -- Only what you installed yourself is started, never a command that a workspace names.
  cmd = vim.g.bugcatalog_cmd or { 'bugcatalog', 'server' },
  filetypes = { 'python', 'toml', 'markdown', 'log', 'text' },
  root_markers = { 'bugcatalog.toml', '.bugcatalog', { 'pyproject.toml', 'alembic.ini' }, '.git' },
  init_options = { promptsForReason = true },
  settings = { bugcatalog = {} },
  before_init = function(params, config)
    params.initializationOptions = vim.tbl_extend('force', params.initializationOptions or {}, {
      trusted = require('bugcatalog').is_trusted(config.root_dir),
    })
  end,
  commands = {
    ['bugcatalog.ignoreWithReason'] = function(command, context)
      require('bugcatalog').ignore_with_reason(command.arguments[1], context.client_id)
    end,
  },
}
