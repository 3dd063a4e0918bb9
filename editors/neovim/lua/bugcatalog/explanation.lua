--- The explanation of an error in a window of its own, whose lines lead to the code and apply the fixes.
local M = {}

local NAME = 'bugcatalog'
local MOST_LINES = 400
local TIMEOUT = 10000
local PAUSE = 50

--- Sections of a page that whoever has met its error can do without.
local LEFT_OUT = { 'Symptom', 'How to spot it', 'Flagged', 'Fixed', 'Accepted' }

---@class bugcatalog.Place
---@field path string
---@field row integer from 1
---@field column integer from 1
---@field message string
---@field fixes string[]

---@class bugcatalog.Target what `<CR>` does on a line
---@field code string
---@field place bugcatalog.Place?
---@field fix string?

--- The record around the cursor, where the buffer is a log or a traceback rather than a source.
---@return string?
function M.error_here()
  local is_text = vim.bo.buftype == '' and vim.tbl_contains({ 'log', 'text', '' }, vim.bo.filetype)
  if not is_text and vim.bo.buftype ~= 'terminal' then
    return nil
  end
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  local here = vim.api.nvim_win_get_cursor(0)[1]
  local first, last = here, here
  while 1 < first and here - first < MOST_LINES and not M.begins_record(lines[first]) do
    first = first - 1
  end
  while lines[last + 1] and last - here < MOST_LINES and not M.begins_record(lines[last + 1]) do
    last = last + 1
  end
  local text = table.concat(lines, '\n', first, last)
  return vim.trim(text) ~= '' and text or nil
end

--- Whether a line has a time at its beginning, as the records of most logs do.
---@param line string
---@return boolean
function M.begins_record(line)
  local time = '%W?%d%d+[-/.:]%d%d[-/.:]%d%d'
  return line:match('^' .. time) ~= nil or line:match('^[%w._-]+ ?[:|] ?' .. time) ~= nil
end

--- Show what explains an error.
---@param answer table what the server answers to `explain`
function M.open(answer)
  require('bugcatalog').execute('explain', { answer.code }, function(page)
    local lines, targets = M.compose(answer.explanations, page.markdown)
    M.show(lines, targets)
  end)
end

--- The lines of the page, and what `<CR>` does on them.
---@param explanations table[]
---@param best string the page of the best entry
---@return string[], table<integer, bugcatalog.Target>
function M.compose(explanations, best)
  local lines, targets = {}, {}
  local function add(line, target)
    vim.list_extend(lines, vim.split(line, '\n'))
    targets[#lines] = target
  end
  for rank, each in ipairs(explanations) do
    add((rank == 1 and '# ' or '## ') .. each.code .. ' ' .. each.name, { code = each.code })
    add('')
    add('*' .. each.reason .. '*')
    add('')
    for _, place in ipairs(each.locations) do
      local path = vim.fn.fnamemodify(place.path, ':.')
      add(('- `%s:%d` %s'):format(path, place.row, place.message), { code = each.code, place = place })
      for _, fix in ipairs(place.fixes) do
        add('  - fix: ' .. fix, { code = each.code, place = place, fix = fix })
      end
    end
    if #each.locations > 0 then
      add('')
    end
    if rank == 1 then
      add(M.worth_reading(best))
    end
  end
  add('---')
  add('<CR>: go to the line, apply the fix, show the entry    q: close')
  return lines, targets
end

--- What an entry's page says of its bug, of cause and cure.
---@param page string
---@return string
function M.worth_reading(page)
  local kept, is_kept = {}, true
  -- The title and the line below it name the entry, which stands above.
  for number, line in ipairs(vim.split(page, '\n')) do
    local heading = line:match('^## (.*)')
    if heading then
      is_kept = not vim.iter(LEFT_OUT):any(function(name)
        return vim.startswith(heading, name)
      end)
    end
    if is_kept and 4 < number then
      table.insert(kept, line)
    end
  end
  return vim.trim(table.concat(kept, '\n')) .. '\n'
end

---@param lines string[]
---@param targets table<integer, bugcatalog.Target>
function M.show(lines, targets)
  local asked_from = vim.api.nvim_get_current_win()
  local buffer = vim.fn.bufnr('bugcatalog explanation')
  if buffer ~= -1 then
    vim.api.nvim_buf_delete(buffer, { force = true })
    asked_from = vim.api.nvim_get_current_win()
  end
  vim.cmd('botright vertical new')
  buffer = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_name(buffer, 'bugcatalog explanation')
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].swapfile = false
  vim.wo.wrap = true
  vim.wo.linebreak = true
  vim.wo.number = false
  vim.wo.conceallevel = 2
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].filetype = 'markdown'
  vim.bo[buffer].modifiable = false
  local function follow()
    local target = targets[vim.api.nvim_win_get_cursor(0)[1]]
    if target then
      M.follow(target, asked_from)
    end
  end
  vim.keymap.set('n', '<CR>', follow, { buffer = buffer, desc = 'Go to the line, apply the fix, or show the entry' })
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, desc = 'Close the explanation' })
end

---@param target bugcatalog.Target
---@param window integer where files are shown
function M.follow(target, window)
  if not target.place then
    return require('bugcatalog').explain(target.code)
  end
  if vim.api.nvim_win_is_valid(window) then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('topleft vertical new')
  end
  local place = target.place --[[@as bugcatalog.Place]]
  local buffer = vim.fn.bufadd(place.path)
  vim.bo[buffer].buflisted = true
  vim.api.nvim_win_set_buf(0, buffer)
  local row = math.min(place.row, vim.api.nvim_buf_line_count(0))
  vim.api.nvim_win_set_cursor(0, { row, place.column - 1 })
  if target.fix then
    M.apply(target, buffer)
  end
end

--- Apply a fix that an explanation names, once its finding is known in the buffer.
---@param target bugcatalog.Target
---@param buffer integer
---@param waited integer? for how many milliseconds already
function M.apply(target, buffer, waited)
  waited = waited or 0
  for _, item in ipairs(vim.diagnostic.get(buffer, { lnum = target.place.row - 1 })) do
    if item.source == NAME and item.code == target.code and vim.api.nvim_get_current_buf() == buffer then
      return vim.lsp.buf.code_action({
        apply = true,
        filter = function(action)
          return action.title == target.fix
        end,
        context = { only = { 'quickfix' }, diagnostics = { item.user_data.lsp } },
      })
    end
  end
  if TIMEOUT < waited then
    return require('bugcatalog').notify(target.code .. ' is not found there.', vim.log.levels.WARN)
  end
  vim.defer_fn(function()
    M.apply(target, buffer, waited + PAUSE)
  end, PAUSE)
end

return M
