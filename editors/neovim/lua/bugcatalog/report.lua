--- Incident reports: what becomes of one is shown, and written once that is wanted.
local M = {}

local MOST_SECONDS = 300

---@param level integer?
local function notify(message, level)
  require('bugcatalog').notify(message, level)
end

--- The command that reads a report: the one that starts the server, with other words behind the program.
---@param file string
---@param options string[]
---@return string[]
local function command_for(file, options)
  local server = vim.g.bugcatalog_cmd or { 'bugcatalog', 'server' }
  local words = vim.list_slice(server, 1, #server - 1)
  return vim.list_extend(vim.list_extend(words, { 'catalog', 'import', file }), options)
end

--- Import a report: a file, by default this buffer's. With `is_certain` its pages are written without a question.
---@param file string?
---@param is_certain boolean?
function M.import(file, is_certain)
  if not file or file == '' then
    vim.cmd('silent update')
    file = vim.api.nvim_buf_get_name(0)
  end
  file = vim.fs.abspath(vim.fs.normalize(file))
  local root = vim.fs.root(file, { 'bugcatalog.toml', '.bugcatalog', 'pyproject.toml', '.git' }) or vim.fn.getcwd()
  M.run(command_for(file, { '--dry-run' }), root, function(told)
    if is_certain then
      return M.write(file, root)
    end
    require('bugcatalog').scratch('bugcatalog import', vim.split(vim.trim(told), '\n'), 'text')
    vim.ui.select({ 'Write the pages', 'Write them with the rules', 'Nothing' }, {
      prompt = 'What becomes of the report stands above.',
    }, function(_, index)
      if index == 1 or index == 2 then
        M.write(file, root, index == 2 and { '--keep-rules' } or nil)
      end
    end)
  end)
end

--- Write the pages, and show what was done in the quickfix list: each page is one key away.
---@param file string
---@param root string
---@param options string[]?
function M.write(file, root, options)
  M.run(command_for(file, vim.list_extend({ '--output-format', 'json' }, options or {})), root, function(told)
    local items = {}
    for _, report in ipairs(vim.json.decode(told, { luanil = { object = true } })) do
      for _, bug in ipairs(report.bugs) do
        table.insert(items, {
          filename = bug.page and vim.fs.joinpath(root, bug.page) or file,
          lnum = bug.page and 1 or bug.line,
          text = ('%s: %s'):format(bug.code or bug.landed, bug.title),
        })
      end
    end
    vim.fn.setqflist({}, ' ', { title = 'Imported', items = items })
    vim.cmd('botright copen')
  end)
end

---@param command string[]
---@param root string
---@param done fun(told: string)
function M.run(command, root, done)
  vim.system(
    command,
    { cwd = root, text = true, timeout = MOST_SECONDS * 1000 },
    vim.schedule_wrap(function(answer)
      if answer.code ~= 0 then
        return notify('The report could not be imported: ' .. vim.trim(answer.stderr or ''), vim.log.levels.ERROR)
      end
      done(answer.stdout or '')
    end)
  )
end

return M
