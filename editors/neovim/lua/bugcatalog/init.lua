--- What the `:BugCatalog…` commands do. Each function speaks to the running server.
local M = {}

--- The long work that is under way, by its token.
---@type table<string|integer, boolean>
M.jobs = {}

local NAME = 'bugcatalog'
local TIMEOUT = 5000

---@param message string
---@param level integer?
function M.notify(message, level)
  vim.notify(message, level or vim.log.levels.INFO, { title = 'Bug Catalog' })
end

--- The client of this buffer, else any that runs.
---@return vim.lsp.Client?
local function client()
  local here = vim.lsp.get_clients({ name = NAME, bufnr = 0 })
  local found = here[1] or vim.lsp.get_clients({ name = NAME })[1]
  if not found then
    M.notify('The server is not running. See :checkhealth bugcatalog', vim.log.levels.WARN)
  end
  return found
end

--- Run a command of the server; `done` gets its result.
---@param name string without `bugcatalog.`
---@param arguments any[]
---@param done fun(result: any)?
function M.execute(name, arguments, done)
  local server = client()
  if not server then
    return
  end
  local params = { command = 'bugcatalog.' .. name, arguments = arguments }
  server:request('workspace/executeCommand', params, function(err, result)
    if err then
      M.notify(err.message, vim.log.levels.ERROR)
    elseif done then
      done(result)
    end
  end)
end

--- The codes of the diagnostics on the cursor's line, those under the cursor first.
---@return string[]
local function codes_here()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local under, others = {}, {}
  for _, item in ipairs(vim.diagnostic.get(0, { lnum = cursor[1] - 1 })) do
    if item.source == NAME and item.code then
      local is_under = item.col <= cursor[2] and cursor[2] <= (item.end_col or item.col)
      table.insert(is_under and under or others, tostring(item.code))
    end
  end
  return vim.list_extend(under, others)
end

---@param code string?
---@return string?
local function code_or_here(code)
  if code and code ~= '' then
    return code
  end
  local here = codes_here()[1]
  if not here then
    M.notify('No finding on this line; name a code.', vim.log.levels.WARN)
  end
  return here
end

--- Whether a project's settings may name databases, stores and folders outside of it: all may, unless
--- `vim.g.bugcatalog_trusted` lists the folders whose projects may.
---@param root string?
---@return boolean
function M.is_trusted(root)
  local folders = vim.g.bugcatalog_trusted
  if type(folders) ~= 'table' then
    return folders ~= false
  end
  for _, folder in ipairs(folders) do
    local trusted = vim.fs.normalize(folder)
    if root and (root == trusted or vim.startswith(vim.fs.normalize(root), trusted .. '/')) then
      return true
    end
  end
  return false
end

--- Choose among the findings of all buffers, the worst first, and go to the chosen one.
function M.findings()
  local found = vim.tbl_filter(function(item)
    return item.source == NAME
  end, vim.diagnostic.get())
  if vim.tbl_isempty(found) then
    return M.notify('Nothing is found.')
  end
  table.sort(found, function(left, right)
    if left.severity ~= right.severity then
      return left.severity < right.severity
    end
    return left.bufnr == right.bufnr and left.lnum < right.lnum or left.bufnr < right.bufnr
  end)
  vim.ui.select(found, {
    prompt = 'Findings',
    format_item = function(item)
      local file = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(item.bufnr), ':.')
      return ('%s %s:%d %s'):format(item.code, file, item.lnum + 1, item.message)
    end,
  }, function(item)
    if item then
      vim.api.nvim_win_set_buf(0, item.bufnr)
      vim.api.nvim_win_set_cursor(0, { item.lnum + 1, item.col })
    end
  end)
end

--- Explain a code, a message or the finding on this line: entries in a floating window, errors in a window of their
--- own with the guilty lines and their fixes.
---@param text string?
---@param first integer? the first line that is explained, from 1, and the last
---@param last integer?
function M.explain(text, first, last)
  if first then
    text = table.concat(vim.api.nvim_buf_get_lines(0, first - 1, last, false), '\n')
  elseif not text or text == '' then
    text = require('bugcatalog.explanation').error_here() or code_or_here(nil)
  end
  if text then
    M.execute('explain', { text }, function(answer)
      if answer.explanations then
        require('bugcatalog.explanation').open(answer)
        if answer.reading then
          M.notify('The workspace is still being read; ask again for all places.')
        end
      else
        M.show_entry(answer)
      end
    end)
  end
end

--- Explain the error that a register holds, by default the clipboard's.
---@param register string?
function M.explain_register(register)
  local name = register and register ~= '' and register or '+'
  local text = vim.trim(vim.fn.getreg(name))
  if text == '' then
    return M.notify(('There is nothing in the register %s.'):format(name), vim.log.levels.WARN)
  end
  M.explain(text)
end

--- Show an entry in a window of its own.
---@param entry { code: string, name: string, markdown: string }
function M.show_entry(entry)
  vim.lsp.util.open_floating_preview(vim.split(entry.markdown, '\n'), 'markdown', {
    border = 'rounded',
    title = ' ' .. entry.code .. ' ' .. entry.name .. ' ',
    focus_id = 'bugcatalog',
    max_width = 100,
    wrap = true,
  })
end

--- Open the page of an entry.
---@param code string?
function M.open(code)
  code = code_or_here(code)
  if code then
    M.execute('openEntry', { code })
  end
end

--- Choose among the entries that fit some words, then open the chosen one.
---@param words string
function M.search(words)
  M.execute('searchCatalog', { words }, function(entries)
    if vim.tbl_isempty(entries) then
      return M.notify('No entry fits ' .. words)
    end
    vim.ui.select(entries, {
      prompt = 'Bug catalog',
      format_item = function(entry)
        return ('%s %s: %s'):format(entry.code, entry.name, entry.title)
      end,
    }, function(entry)
      if entry then
        M.open(entry.code)
      end
    end)
  end)
end

--- Apply every safe fix of this buffer. It waits, so that a buffer can be mended before it is written.
function M.fix_all()
  -- The buffer's own number: for 0, edits that wait to be sent would not be sent first.
  local buffer = vim.api.nvim_get_current_buf()
  local server = vim.lsp.get_clients({ name = NAME, bufnr = buffer })[1]
  if not server then
    return M.notify('The server is not running for this buffer.', vim.log.levels.WARN)
  end
  local params = vim.lsp.util.make_range_params(0, server.offset_encoding)
  params.range = {
    start = { line = 0, character = 0 },
    ['end'] = { line = vim.api.nvim_buf_line_count(0), character = 0 },
  }
  params.context = { only = { 'source.fixAll.bugcatalog' }, diagnostics = {} }
  local function ask(method, what)
    local answer, problem = server:request_sync(method, what, TIMEOUT, buffer)
    if problem or (answer and answer.err) then
      M.notify('Nothing was mended: ' .. (problem or answer.err.message), vim.log.levels.WARN)
    end
    return answer and answer.result
  end
  local action = (ask('textDocument/codeAction', params) or {})[1]
  if action and not action.edit then
    action = ask('codeAction/resolve', action)
  end
  if action and action.edit then
    vim.lsp.util.apply_workspace_edit(action.edit, server.offset_encoding)
  end
end

--- Ignore the finding on this line; the reason is asked for where none is given.
---@param reason string?
function M.ignore(reason)
  local server = client()
  local code = code_or_here(nil)
  if not server or not code then
    return
  end
  local params = vim.lsp.util.make_range_params(0, server.offset_encoding)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  params.range = {
    start = { line = row, character = 0 },
    ['end'] = { line = row, character = #vim.api.nvim_get_current_line() },
  }
  params.context = { only = { 'quickfix' }, diagnostics = {} }
  server:request('textDocument/codeAction', params, function(err, actions)
    if err then
      return M.notify(err.message, vim.log.levels.ERROR)
    end
    for _, action in ipairs(actions or {}) do
      local command = action.command
      local is_ignore = type(command) == 'table' and command.command == 'bugcatalog.ignoreWithReason'
      if is_ignore and action.title:find(code, 1, true) then
        if reason and reason ~= '' then
          return M.execute('applyAction', { command.arguments[1], reason })
        end
        return M.ignore_with_reason(command.arguments[1], server.id)
      end
    end
    M.notify('Nothing to ignore on this line.', vim.log.levels.WARN)
  end)
end

--- Ask for the reason, then write the comment. Called by the code action *Ignore … here…*.
---@param id string
---@param client_id integer?
function M.ignore_with_reason(id, client_id)
  vim.ui.input({ prompt = 'Why is this no bug here? ' }, function(reason)
    if not reason or reason == '' then
      return
    end
    local server = client_id and vim.lsp.get_client_by_id(client_id)
    if server then
      M.execute('applyAction', { id, reason })
    end
  end)
end

--- Draft an entry of the workspace's own catalog from lines of this buffer, and show its page.
---@param lines integer[]? the first and the last, from 1; by default the cursor's
---@param code string?
---@param name string?
function M.new_entry(lines, code, name)
  local here = vim.api.nvim_win_get_cursor(0)[1]
  local first, last = unpack(lines or { here, here })
  local text = vim.api.nvim_buf_get_lines(0, first - 1, last, false)
  M.execute('newEntry', {
    {
      uri = vim.uri_from_bufnr(0),
      languageId = vim.bo.filetype,
      code = code,
      name = name,
      -- Of a buffer that the server doesn't see it gets the text.
      text = #vim.lsp.get_clients({ name = NAME, bufnr = 0 }) == 0 and table.concat(text, '\n') or nil,
      range = {
        start = { line = first - 1, character = 0 },
        ['end'] = { line = last - 1, character = vim.str_utfindex(text[#text] or '', 'utf-16') },
      },
    },
  })
end

--- Read the whole workspace again.
function M.scan()
  M.execute('scanWorkspace', {})
end

--- Restart the analysis; the editor's texts are kept.
function M.restart()
  M.execute('restart', {}, function()
    M.notify('Restarted.')
  end)
end

--- Show the server's log in a scratch buffer.
function M.log()
  M.execute('showLogs', {}, function(text)
    M.scratch('bugcatalog log', vim.split(text or '', '\n'), 'log')
  end)
end

--- Show what a bug report needs.
function M.info()
  M.execute('debugInformation', {}, function(result)
    M.scratch('bugcatalog information', vim.split(vim.inspect(result), '\n'), 'lua')
  end)
end

---@param name string
---@param lines string[]
---@param filetype string
function M.scratch(name, lines, filetype)
  vim.cmd('botright new')
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].swapfile = false
  pcall(vim.api.nvim_buf_set_name, buffer, name)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].filetype = filetype
  vim.bo[buffer].modifiable = false
end

--- How many findings this buffer has, for a statusline: `BC 2E 5W`, with `…` while it works, or empty.
---@return string
function M.status()
  if #vim.lsp.get_clients({ name = NAME, bufnr = 0 }) == 0 then
    return ''
  end
  local counts = {}
  for _, item in ipairs(vim.diagnostic.get(0)) do
    if item.source == NAME then
      counts[item.severity] = (counts[item.severity] or 0) + 1
    end
  end
  local parts = { 'BC' }
  for severity, letter in ipairs({ 'E', 'W', 'I', 'H' }) do
    if counts[severity] then
      table.insert(parts, counts[severity] .. letter)
    end
  end
  if next(M.jobs) then
    table.insert(parts, '…')
  end
  return table.concat(parts, ' ')
end

--- Note that long work has begun or ended; the plugin calls it for each `LspProgress`.
---@param token string|integer which work
---@param kind string
function M.progressed(token, kind)
  M.jobs[token] = kind ~= 'end' or nil
  vim.cmd.redrawstatus()
end

--- The codes of all entries, for completing a command's argument.
---@param lead string
---@return string[]
function M.complete_codes(lead)
  local server = vim.lsp.get_clients({ name = NAME })[1]
  if not server then
    return {}
  end
  local params = { command = 'bugcatalog.searchCatalog', arguments = { '' } }
  local answer = server:request_sync('workspace/executeCommand', params, TIMEOUT, 0)
  local codes = {}
  for _, entry in ipairs(answer and answer.result or {}) do
    if vim.startswith(entry.code, lead:upper()) then
      table.insert(codes, entry.code)
    end
  end
  return codes
end

return M
