if vim.g.loaded_bugcatalog then
  return
end
vim.g.loaded_bugcatalog = true

-- Neovim knows no file type of logs by their names.
vim.filetype.add({ extension = { log = 'log' }, pattern = { ['.*%.log%.%d+'] = 'log' } })

local function command(name, run, options)
  vim.api.nvim_create_user_command('BugCatalog' .. name, run, options)
end

local function complete(lead)
  return require('bugcatalog').complete_codes(lead)
end

command('Explain', function(given)
  local lines = given.range > 0 and { given.line1, given.line2 } or {}
  require('bugcatalog').explain(given.args, lines[1], lines[2])
end, { nargs = '*', range = true, complete = complete, desc = 'Explain a code, the finding here, or an error' })

command('ExplainRegister', function(given)
  require('bugcatalog').explain_register(given.args)
end, { nargs = '?', desc = 'Explain the error in a register, by default the clipboard' })

command('Open', function(given)
  require('bugcatalog').open(given.args)
end, { nargs = '?', complete = complete, desc = 'Open the page of an entry' })

command('Search', function(given)
  require('bugcatalog').search(given.args)
end, { nargs = '*', desc = 'Search the bug catalog' })

command('NewEntry', function(given)
  require('bugcatalog').new_entry(given.range > 0 and { given.line1, given.line2 } or nil, given.fargs[1], given.fargs[2])
end, { nargs = '*', range = true, desc = 'Draft an entry from these lines' })

command('Import', function(given)
  require('bugcatalog.report').import(given.args, given.bang)
end, { nargs = '?', bang = true, complete = 'file', desc = 'Make pages of the catalog from an incident report' })

command('Findings', function()
  require('bugcatalog').findings()
end, { desc = 'Go to one of the findings' })

command('FixAll', function()
  require('bugcatalog').fix_all()
end, { desc = 'Apply every safe fix in this buffer' })

command('Ignore', function(given)
  require('bugcatalog').ignore(given.args)
end, { nargs = '?', desc = 'Ignore the finding on this line, with a reason' })

command('Scan', function()
  require('bugcatalog').scan()
end, { desc = 'Read the whole workspace again' })

command('Restart', function()
  require('bugcatalog').restart()
end, { desc = 'Restart the analysis' })

command('Log', function()
  require('bugcatalog').log()
end, { desc = "Show the server's log" })

command('Info', function()
  require('bugcatalog').info()
end, { desc = 'Show what a bug report needs' })

vim.api.nvim_create_autocmd('LspProgress', {
  group = vim.api.nvim_create_augroup('bugcatalog', {}),
  callback = function(given)
    local client = vim.lsp.get_client_by_id(given.data.client_id)
    if client and client.name == 'bugcatalog' then
      local params = given.data.params
      require('bugcatalog').progressed(params.token, params.value.kind)
    end
  end,
})
