;;; bugcatalog.el --- Live help from a bug catalog, through Eglot  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The client of Bug Catalog LS for Eglot.  In your init file:
;;
;;     (add-to-list 'load-path "/path/to/bugcatalog-ls/editors/emacs")
;;     (require 'bugcatalog)
;;     (bugcatalog-setup)
;;     (add-hook 'python-mode-hook #'eglot-ensure)
;;
;; Eglot runs one server for a buffer.  Where another one is wanted for Python too, don't call
;; `bugcatalog-setup', and start this server by hand with `bugcatalog-start'.

;;; Code:

(require 'eglot)
(require 'jsonrpc)

(defgroup bugcatalog nil
  "Live help from a bug catalog."
  :group 'tools)

(defcustom bugcatalog-command '("bugcatalog" "server")
  "The command that starts the server."
  :type '(repeat string)
  :risky t)

(defcustom bugcatalog-settings nil
  "Settings for the server, as a property list: those of `[tool.bugcatalog]'.
For example \\='(:ignore [\"BC403\"])."
  :type 'plist)

(defun bugcatalog--contact (&rest _)
  "What Eglot is to start."
  `(,@bugcatalog-command
    :initializationOptions (:settings ,(or bugcatalog-settings eglot--{}))))

;;;###autoload
(defun bugcatalog-setup ()
  "Make Bug Catalog LS the server of Python buffers."
  (add-to-list 'eglot-server-programs '((python-mode python-ts-mode) . bugcatalog--contact)))

;;;###autoload
(defun bugcatalog-start ()
  "Start Bug Catalog LS for this project, whatever Eglot would start."
  (interactive)
  (let ((eglot-server-programs '((python-mode . bugcatalog--contact) (python-ts-mode . bugcatalog--contact))))
    (apply #'eglot (eglot--guess-contact))))

(defun bugcatalog--execute (command &rest arguments)
  "The result of the server's COMMAND, given ARGUMENTS."
  (jsonrpc-request (or (eglot-current-server) (user-error "The server is not running; see M-x eglot"))
                   :workspace/executeCommand
                   `(:command ,(concat "bugcatalog." command) :arguments ,(vconcat arguments))))

(defun bugcatalog--code-here ()
  "The code of the finding at point, or nil."
  (seq-some (lambda (diagnostic)
              (let ((code (plist-get (alist-get 'eglot-lsp-diag (flymake-diagnostic-data diagnostic)) :code)))
                (and (stringp code) code)))
            (flymake-diagnostics (point))))

(defun bugcatalog--choose ()
  "A code that the user chooses among all entries."
  (let* ((entries (append (bugcatalog--execute "searchCatalog" "") nil))
         (lines (mapcar (lambda (entry)
                          (format "%s %s" (plist-get entry :code) (plist-get entry :title)))
                        entries)))
    (car (split-string (completing-read "Entry: " lines nil t)))))

;;;###autoload
(defun bugcatalog-explain (code)
  "Show the entry CODE: by default the one of the finding at point."
  (interactive (list (or (bugcatalog--code-here) (bugcatalog--choose))))
  (let ((entry (bugcatalog--execute "explain" code)))
    (with-current-buffer (get-buffer-create (format "*%s*" (plist-get entry :code)))
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert (plist-get entry :markdown))
        (goto-char (point-min)))
      (if (fboundp 'gfm-view-mode) (gfm-view-mode) (view-mode))
      (pop-to-buffer (current-buffer)))))

;;;###autoload
(defun bugcatalog-fix-all ()
  "Apply every safe fix in this buffer."
  (interactive)
  (eglot-code-actions (point-min) (point-max) "source.fixAll.bugcatalog" t))

;;;###autoload
(defun bugcatalog-scan ()
  "Read the whole workspace again."
  (interactive)
  (bugcatalog--execute "scanWorkspace"))

(provide 'bugcatalog)
;;; bugcatalog.el ends here
