-- Drives Neovim as a user would: each step writes what it saw, so that a failure names its step.
local report = {}
local DIAGNOSTICS = 30000

local function wait(what, condition)
  if not vim.wait(DIAGNOSTICS, condition, 20) then
    error('waited in vain for ' .. what)
  end
end

local function open(name)
  local path = vim.env.BUGCATALOG_WORKSPACE .. '/' .. name
  if vim.fn.bufloaded(path) == 1 then
    vim.api.nvim_set_current_buf(vim.fn.bufnr(path))
  else
    vim.cmd.edit(vim.fn.fnameescape(path))
  end
  local buffer = vim.api.nvim_get_current_buf()
  wait('the client', function()
    local client = vim.lsp.get_clients({ name = 'bugcatalog', bufnr = buffer })[1]
    return client and client.initialized
  end)
  return buffer
end

local function findings(buffer, code)
  return vim.tbl_filter(function(item)
    return item.code == code
  end, vim.diagnostic.get(buffer))
end

local function lines(buffer)
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

local function at(item)
  vim.api.nvim_win_set_cursor(0, { item.lnum + 1, item.col })
end

local function quick_fix(item, wanted)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title:find(wanted, 1, true) ~= nil
    end,
    context = { only = { 'quickfix' }, diagnostics = { item.user_data.lsp } },
  })
end

local steps = {}

function steps.diagnostics()
  local buffer = open('client.py')
  wait('BC201', function()
    return #findings(buffer, 'BC201') == 3
  end)
  local item = findings(buffer, 'BC201')[1]
  report.diagnostic = {
    code = item.code,
    message = item.message,
    source = item.source,
    severity = vim.diagnostic.severity[item.severity],
    href = (item.user_data.lsp.codeDescription or {}).href,
    status = require('bugcatalog').status(),
  }
end

function steps.hover()
  local buffer = open('client.py')
  at(findings(buffer, 'BC201')[1])
  vim.lsp.buf.hover()
  local float
  wait('the hover window', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        float = window
      end
    end
    return float ~= nil
  end)
  report.hover = table.concat(lines(vim.api.nvim_win_get_buf(float)), '\n')
  vim.api.nvim_win_close(float, true)
end

function steps.findings()
  local buffer = open('client.py')
  local select = vim.ui.select
  vim.ui.select = function(items, options, done)
    report.findings = vim.tbl_map(options.format_item, items)
    done(items[#items])
  end
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.cmd.BugCatalogFindings()
  vim.ui.select = select
  report.gone_to = { vim.api.nvim_get_current_buf() == buffer, vim.api.nvim_win_get_cursor(0)[1] }
end

function steps.search()
  local select = vim.ui.select
  vim.ui.select = function(items, options)
    report.search = vim.tbl_map(options.format_item, items)
  end
  vim.cmd.BugCatalogSearch('timeout')
  wait('the entries', function()
    return report.search ~= nil
  end)
  vim.ui.select = select
end

function steps.trust()
  local is_trusted = require('bugcatalog').is_trusted
  report.trusted = { is_trusted('/work/shop') }
  for _, folders in ipairs({ { '/work' }, { '/work/shop' }, { '/work/sho' }, {} }) do
    vim.g.bugcatalog_trusted = folders
    table.insert(report.trusted, is_trusted('/work/shop'))
  end
  vim.g.bugcatalog_trusted = false
  table.insert(report.trusted, is_trusted('/work/shop'))
  vim.g.bugcatalog_trusted = nil
end

function steps.explain()
  vim.cmd.BugCatalogExplain('BC601')
  local float
  wait('the entry', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        float = window
      end
    end
    return float ~= nil
  end)
  report.explain = table.concat(lines(vim.api.nvim_win_get_buf(float)), '\n')
  vim.api.nvim_win_close(float, true)
end

local function window_of(name)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.endswith(vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(window)), name) then
      return window
    end
  end
end

--- The lines of the explanation's window, which has the focus once it is there.
local function explanation()
  local window
  wait('the explanation', function()
    window = window_of('bugcatalog explanation')
    return window ~= nil
  end)
  vim.api.nvim_set_current_win(window)
  return lines(vim.api.nvim_win_get_buf(window))
end

local function follow(line)
  vim.fn.search(line)
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'x', false)
end

function steps.explain_lines()
  open('client.py')
  vim.cmd.edit(vim.env.BUGCATALOG_WORKSPACE .. '/app.log')
  local last = vim.fn.search('OperationalError')
  vim.cmd(('3,%dBugCatalogExplain'):format(last))
  report.explain_lines = explanation()
  follow('models.py:11')
  report.guilty = { vim.fn.expand('%:t'), vim.api.nvim_win_get_cursor(0)[1] }
  explanation()
  vim.cmd.close()
end

function steps.explain_record()
  vim.cmd.edit(vim.env.BUGCATALOG_WORKSPACE .. '/app.log')
  vim.fn.search('do_execute')
  vim.cmd.BugCatalogExplain()
  report.explain_record = explanation()
  vim.api.nvim_feedkeys('q', 'x', false)
  wait('the window to close', function()
    return window_of('bugcatalog explanation') == nil
  end)
end

function steps.explain_register()
  local buffer = open('client.py')
  vim.fn.setreg('e', vim.fn.readfile(vim.env.BUGCATALOG_WORKSPACE .. '/crash.txt'))
  vim.cmd.BugCatalogExplainRegister('e')
  report.explain_register = explanation()
  follow('fix: Add encoding')
  wait('the mended line', function()
    return vim.tbl_contains(lines(buffer), '    return Path("answer.txt").read_text(encoding="utf-8")')
  end)
  wait('the finding to go', function()
    return #findings(buffer, 'BC502') == 0
  end)
  report.applied = lines(buffer)
  vim.cmd('undo')
  wait('the finding again', function()
    return #findings(buffer, 'BC502') == 1
  end)
  vim.api.nvim_win_close(window_of('bugcatalog explanation'), true)
end

function steps.log()
  local buffer = open('app.log')
  wait('BC703 in the log', function()
    return #findings(buffer, 'BC703') == 1
  end)
  at(findings(buffer, 'BC703')[1])
  local client = vim.lsp.get_clients({ name = 'bugcatalog', bufnr = buffer })[1]
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client:request_sync('textDocument/hover', params, DIAGNOSTICS, buffer)
  report.log = answer.result.contents.value
end

function steps.new_entry()
  open('cache.py')
  vim.cmd('3BugCatalogNewEntry TEAM-9 deleted-by-hand')
  wait('the page', function()
    return vim.endswith(vim.api.nvim_buf_get_name(0), '.bugcatalog/TEAM-9-deleted-by-hand.md')
  end)
  report.new_entry = lines(0)
  vim.cmd.write()
end

function steps.import()
  open('client.py')
  local select = vim.ui.select
  vim.ui.select = function(items, _, done)
    report.import = lines(0)
    done(items[1], 1)
  end
  vim.cmd.BugCatalogImport(vim.env.BUGCATALOG_WORKSPACE .. '/report.md')
  wait('the pages', function()
    return vim.fn.getqflist({ title = true }).title == 'Imported'
  end)
  vim.ui.select = select
  report.imported = vim.tbl_map(function(item)
    return { vim.fn.fnamemodify(vim.fn.bufname(item.bufnr), ':t'), item.text }
  end, vim.fn.getqflist())
  vim.cmd.cclose()
end

function steps.busy()
  open('client.py')
  local status = require('bugcatalog').status
  local seen = {}
  local watching = vim.api.nvim_create_autocmd('LspProgress', {
    callback = function()
      table.insert(seen, status())
    end,
  })
  vim.cmd.BugCatalogScan()
  wait('a scan', function()
    return 1 < #seen and not vim.endswith(seen[#seen], '…')
  end)
  vim.api.nvim_del_autocmd(watching)
  report.busy = seen
end

function steps.quick_fix()
  local buffer = open('client.py')
  local item = findings(buffer, 'BC201')[1]
  at(item)
  quick_fix(item, 'timeout=10')
  wait('the mended line', function()
    return #findings(buffer, 'BC201') == 2
  end)
  report.quick_fix = lines(buffer)
end

function steps.ignore()
  local buffer = open('client.py')
  vim.ui.input = function(options, done)
    report.asked = options.prompt
    done('answered by a stand-in')
  end
  at(findings(buffer, 'BC201')[1])
  vim.cmd.BugCatalogIgnore()
  wait('the suppression', function()
    return #findings(buffer, 'BC201') == 1
  end)
  report.ignore = lines(buffer)
end

function steps.fix_all()
  local buffer = open('client.py')
  vim.cmd.BugCatalogFixAll()
  wait('everything mended', function()
    return #findings(buffer, 'BC201') == 0 and #findings(buffer, 'BC502') == 0
  end)
  report.fix_all = lines(buffer)
  vim.cmd.write()
end

function steps.fix_on_write()
  local buffer = open('client.py')
  local group = vim.api.nvim_create_augroup('mend', {})
  vim.api.nvim_create_autocmd('BufWritePre', {
    group = group,
    pattern = '*.py',
    callback = function()
      require('bugcatalog').fix_all()
    end,
  })
  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { '', '', 'requests.put("https://x", json={})' })
  vim.cmd.write()
  report.fix_on_write = vim.fn.readfile(vim.api.nvim_buf_get_name(buffer))
  vim.api.nvim_del_augroup_by_id(group)
end

function steps.migration()
  local buffer = open('models.py')
  wait('BC703', function()
    return #findings(buffer, 'BC703') == 1
  end)
  local item = findings(buffer, 'BC703')[1]
  report.related = #(item.user_data.lsp.relatedInformation or {})
  at(item)
  quick_fix(item, 'Write a revision')
  wait('the new revision', function()
    vim.cmd('silent! wall')
    return #vim.fn.glob(vim.env.BUGCATALOG_WORKSPACE .. '/migrations/versions/*.py', true, true) == 2
  end)
  wait('the finding to go', function()
    return #findings(buffer, 'BC703') == 0
  end)
end

function steps.health()
  vim.cmd('checkhealth bugcatalog')
  report.health = table.concat(lines(0), '\n')
end

local order = {
  'diagnostics',
  'hover',
  'findings',
  'search',
  'trust',
  'explain',
  'explain_lines',
  'explain_record',
  'explain_register',
  'busy',
  'log',
  'new_entry',
  'import',
  'quick_fix',
  'ignore',
  'fix_all',
  'fix_on_write',
  'migration',
  'health',
}
local ok, problem = xpcall(function()
  for _, name in ipairs(order) do
    report.step = name
    steps[name]()
  end
  report.step = vim.NIL
end, debug.traceback)
if not ok then
  report.problem = problem
  report.messages = vim.fn.execute('messages')
end
vim.fn.writefile({ vim.json.encode(report) }, vim.env.BUGCATALOG_REPORT)
for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop()
end
vim.cmd(ok and 'qall!' or 'cquit 1')
