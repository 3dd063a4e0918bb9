--- `:checkhealth bugcatalog`
local M = {}

function M.check()
  local health = vim.health
  health.start('bugcatalog')
  if vim.fn.has('nvim-0.11') == 0 then
    health.error('Neovim 0.11 or newer is needed', { 'vim.lsp.enable() is not there before' })
    return
  end
  health.ok('Neovim ' .. tostring(vim.version()))

  local command = vim.g.bugcatalog_cmd or { 'bugcatalog', 'server' }
  local program = type(command) == 'table' and command[1] or nil
  if program and vim.fn.executable(program) == 0 then
    health.error(('`%s` is not executable'):format(program), {
      'pipx install /path/to/bugcatalog-ls',
      "or name the command: vim.g.bugcatalog_cmd = { '/path/to/bugcatalog', 'server' }",
    })
    return
  end
  if program then
    local asked = { program, unpack(command, 2, #command - 1) }
    local answer = vim.system(vim.list_extend(asked, { '--version' }), { text = true }):wait(5000)
    if answer.code == 0 then
      health.ok(vim.trim(answer.stdout))
    else
      health.warn(('`%s --version` failed'):format(program), vim.trim(answer.stderr or ''))
    end
  end

  if not vim.lsp.is_enabled('bugcatalog') then
    health.warn('The client is not enabled', { "Put vim.lsp.enable('bugcatalog') into your init.lua" })
  end
  local clients = vim.lsp.get_clients({ name = 'bugcatalog' })
  if #clients == 0 then
    health.info('No server is running; one starts with the first Python file')
  end
  for _, client in ipairs(clients) do
    local root = client.root_dir or 'single files'
    health.ok(('Running for %s, %d buffers'):format(root, vim.tbl_count(client.attached_buffers)))
  end
end

return M
