;;; -*- lexical-binding: t -*-
;; Drives Emacs as a user would, and writes what it saw as JSON.
(require 'json)
(require 'bugcatalog)
(require 'flymake)

(setq bugcatalog-command (append (json-parse-string (getenv "BUGCATALOG_COMMAND") :array-type 'list) nil)
      bugcatalog-settings '(:severity (:BC502 "hint"))
      eglot-sync-connect 30
      eglot-confirm-server-initiated-edits nil)
(bugcatalog-setup)

(defvar seen nil)
(defun see (key value) (push (cons key value) seen))

(defun wait-for (what test)
  (let ((end (+ (float-time) 30)))
    (while (not (funcall test))
      (when (< end (float-time)) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05))))

(defun findings (code)
  (seq-filter (lambda (it) (string-match-p (regexp-quote (concat "[" code "]")) (flymake-diagnostic-text it)))
              (flymake-diagnostics)))

(condition-case problem
    (progn
      (find-file (expand-file-name "client.py" (getenv "BUGCATALOG_WORKSPACE")))
      (apply #'eglot (eglot--guess-contact))
      (flymake-mode 1)
      (flymake-start)
      (wait-for "BC201" (lambda () (= 3 (length (findings "BC201")))))
      (let ((finding (car (sort (findings "BC201")
                                (lambda (left right) (< (flymake-diagnostic-beg left) (flymake-diagnostic-beg right)))))))
        (see 'message (flymake-diagnostic-text finding))
        (goto-char (flymake-diagnostic-beg finding))
        (see 'hover (plist-get (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover
                                                           (eglot--TextDocumentPositionParams))
                                          :contents)
                               :value))
        (see 'code (bugcatalog--code-here))
        (save-window-excursion (bugcatalog-explain (bugcatalog--code-here)))
        (see 'explained (with-current-buffer "*BC201*" (buffer-string)))
        (goto-char (flymake-diagnostic-beg finding))
        (let* ((actions (eglot-code-actions (flymake-diagnostic-beg finding) (flymake-diagnostic-end finding)
                                            "quickfix"))
               (action (seq-find (lambda (it) (string-match-p "timeout=10" (plist-get it :title))) actions)))
          (see 'titles (vconcat (mapcar (lambda (it) (plist-get it :title)) actions)))
          (if (fboundp 'eglot-execute)
              (eglot-execute (eglot-current-server) action)
            (eglot--read-execute-code-action (list action) (eglot-current-server) "quickfix")))
        (see 'fixed (buffer-string))
        ;; Idle timers, which would send this, don't run in a batch.
        (eglot--signal-textDocument/didChange)
        (wait-for "the mended line" (lambda () (= 2 (length (findings "BC201"))))))
      (bugcatalog-fix-all)
      (see 'mended (buffer-string))
      (bugcatalog-scan))
  (error (see 'problem (format "%S" problem))))

(with-temp-file (getenv "BUGCATALOG_REPORT") (insert (json-encode (nreverse seen))))
(set-buffer-modified-p nil)
(when (eglot-current-server) (ignore-errors (eglot-shutdown (eglot-current-server))))
(kill-emacs (if (assq 'problem seen) 1 0))
