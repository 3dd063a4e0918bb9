-- The user's configuration in the test: this folder's plugin, and the server under test.
vim.opt.runtimepath:prepend(vim.env.BUGCATALOG_PLUGIN)
vim.g.bugcatalog_cmd = vim.json.decode(vim.env.BUGCATALOG_COMMAND)
vim.opt.swapfile = false
vim.lsp.enable('bugcatalog')
