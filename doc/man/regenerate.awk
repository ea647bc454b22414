# SPDX-License-Identifier: Apache-2.0
# Prints a manual page with its generated parts made anew from the program, or from the header, so that they cannot differ:
#
#   awk -v dcpipe=PROGRAM -v header=core/dcpipe-plugin.h -f regenerate.awk PAGE
#
# Such a part is what lies between these lines:
#
#   .\" BEGIN options plugin NAME     .\" BEGIN options section NAME     .\" BEGIN labels NAME
#   .\" BEGIN tables NAME             .\" BEGIN header                   ... and .\" END
#
# `make update-man` does it for all pages; a test compares.

function problem (text) { print "regenerate.awk: " text > "/dev/stderr"; failed = 1; exit 1 }

# Text for mdoc: each sentence on lines of its own, none too long, none that looks like a request.
function prose (text,    i, count, words, line, result) {
  gsub (/\\\\/, "\\", text)
  gsub (/\\/, "\\e", text)
  count = split (text, words, " ")
  line = ""
  for (i = 1; i <= count; i++) {
    if (line != "" && (line ~ /[.]$/ || length (line " " words[i]) > 78)) {
      result = result line "\n"
      line = ""
    }
    line = line == "" ? (words[i] ~ /^[.']/ ? "\\&" : "") words[i] : line " " words[i]
  }
  return result line
}

function sized (number) {
  if (number > 0 && number % 1099511627776 == 0) return number / 1099511627776 "T"
  if (number > 0 && number % 1073741824 == 0) return number / 1073741824 "G"
  if (number > 0 && number % 1048576 == 0) return number / 1048576 "M"
  if (number > 0 && number % 1024 == 0) return number / 1024 "k"
  return number ""
}

function lasting (number) {
  if (number > 0 && number % 86400000 == 0) return number / 86400000 "d"
  if (number > 0 && number % 3600000 == 0) return number / 3600000 "h"
  if (number > 0 && number % 60000 == 0) return number / 60000 "m"
  if (number % 1000 == 0) return number / 1000 "s"
  return number "ms"
}

function bound (type, number) {
  return type == "size" ? sized(number) : type == "duration" ? lasting(number) : number
}

# Fills `values` with KEY=VALUE lines and `order` with the NAMEs of PREFIX.NAME.FIELD; returns how many those are.
function dump (command, prefix,    line, at, key, name, count) {
  split ("", values)
  split ("", order)
  while ((command | getline line) > 0) {
    at = index (line, "=")
    key = substr (line, 1, at - 1)
    if (key == "label")
      values[key] = values[key] " " substr (line, at + 1)
    else
      values[key] = substr (line, at + 1)
    if (index (key, prefix ".") != 1)
      continue
    name = substr (key, length (prefix) + 2)
    sub (/[.].*/, "", name)
    if (!((prefix, name) in seen)) {
      seen[prefix, name] = 1
      order[++count] = name
    }
  }
  if (close (command) != 0)
    problem(command " failed")
  split ("", seen)
  return count + 0
}

function option (name,    field, type, text, n, i, words) {
  field = "option." name "."
  type = values[field "type"]
  if (type == "enum") {
    n = split (values[field "values"], words, "|")
    text = ""
    for (i = 1; i <= n; i++)
      text = text (i > 1 ? " | " : " ") words[i]
    printf ".It Ic %s No = Cm%s\n", name, text
  } else
    printf ".It Ic %s No = Ar %s\n", name, type
  print prose(values[field "help"])
  text = kinds[type]
  if (text == "")
    problem("option " name " is of the unknown type " type)
  if ((field "min") in values)
    text = text ", from " bound(type, values[field "min"]) " to " bound(type, values[field "max"])
  text = text ((field "default") in values ? "; default: " (values[field "default"] == "" ? "empty" : values[field "default"]) \
               : values[field "required"] == "yes" ? "; required" : "; no default")
  if (values[field "changes_rows"] == "yes")
    text = text "; a change of it changes rows"
  print ".br"
  print "(" prose(text) ")"
}

function options (what, name,    count, i) {
  count = dump("'" dcpipe "' --dump-" what " " name, "option")
  if (count == 0) {
    print "It has no options."
    return
  }
  print ".Bl -tag -width Ds"
  for (i = 1; i <= count; i++)
    option(order[i])
  print ".El"
}

function labels (name,    n, i, words, text) {
  dump("'" dcpipe "' --dump-plugin " name, "label")
  if (values["label"] == " *") {
    print "It takes every label."
    return
  }
  n = split (values["label"], words, " ")
  print ".Bl -tag -width Ds -compact"
  for (i = 1; i <= n; i++) {
    print ".It Cm " words[i]
    text = values["label." words[i] ".aliases"]
    if (text != "")
      print "also written as " text
  }
  print ".El"
}

function columns (table,    prefix, count, i, name, field) {
  prefix = "table." table ".column"
  count = dump(command_of_tables, prefix)
  print ".Bl -tag -width Ds -compact"
  for (i = 1; i <= count; i++) {
    name = order[i]
    field = prefix "." name "."
    printf ".It Va %s Pq %s%s\n", name, values[field "type"], (field "key") in values ? ", key " values[field "key"] : ""
    if (values[field "help"] != "")
      print prose(values[field "help"])
  }
  print ".El"
}

function tables (name,    count, i, tabled) {
  command_of_tables = "'" dcpipe "' --dump-plugin " name
  count = dump(command_of_tables, "table")
  if (count == 0)
    problem(name " has no tables")
  for (i = 1; i <= count; i++)
    tabled[i] = order[i]
  for (i = 1; i <= count; i++) {
    dump(command_of_tables, "table")
    print ".Ss The table " tabled[i]
    print prose(values["table." tabled[i] ".help"])
    print values["table." tabled[i] ".kind"] == "log" ? "Its rows are added and never changed." : \
      "Later entries change its rows."
    columns(tabled[i])
  }
}

# ---- the header: comments at the margin become text, but for what is indented; all else stays as it is --

function close_code () { if (code) print ".Ed"; code = 0 }

function comment_line (text) {
  sub (/^(\/\*| \*) ?/, "", text)
  sub (/ *\*\/ *$/, "", text)
  if (text ~ /^  /) {
    flush_paragraph()
    code_line(text)
    return
  }
  close_code()
  if (text == "") flush_paragraph()
  else paragraph = paragraph (paragraph == "" ? "" : " ") text
}

function flush_paragraph () {
  if (paragraph != "") print (fresh ? "" : ".Pp\n") prose(paragraph)
  if (paragraph != "") fresh = 0
  paragraph = ""
}

function code_line (text) {
  if (!code && text == "") return
  if (!code) print ".Bd -literal"
  code = 1
  fresh = 0
  gsub (/\\/, "\\e", text)
  print (text ~ /^[.']/ ? "\\&" : "") text
}

function header_part (    line, begun, commented, title) {
  code = commented = 0
  paragraph = ""
  while ((getline line < header) > 0) {
    if (line ~ /^\/\* ---- .* -+ \*\/$/) {
      close_code()
      title = line
      gsub (/^\/\* ---- | -+ \*\/$/, "", title)
      print ".Ss " toupper(substr (title, 1, 1)) substr (title, 2)
      begun = fresh = 1
    } else if (!begun && line ~ /^ \* STABILITY[.]/) {
      print ".Ss Rules"
      begun = fresh = commented = 1
      comment_line(line)
    } else if (line == "#ifndef DCPIPE_PLUGIN_H")
      begun = 0
    else if (begun && line == "#ifdef __cplusplus")
      break
    else if (begun && (commented || line ~ /^\/\*/)) {
      comment_line(line)
      commented = line !~ /\*\/ *$/
      if (!commented) flush_paragraph()
    } else if (begun)
      held_line(line)
  }
  close (header)
  close_code()
  if (!begun) problem(header " is not read")
}

# Empty lines at the end of a display are not wanted, so they wait for what follows.
function held_line (text) {
  if (text == "") { held = code; return }
  if (held && code) print ""
  held = 0
  code_line(text)
}

BEGIN {
  kinds["bool"] = "yes or no"
  kinds["int"] = "whole number"
  kinds["size"] = "bytes, or with k, M or G"
  kinds["duration"] = "seconds, or with ms, s, m, h or d"
  kinds["text"] = "text"
  kinds["path"] = "path; a relative one begins at the INI file's directory"
  kinds["secret"] = "secret, or +FILE to read it from a file"
  kinds["enum"] = "one of these words"
  kinds["list"] = "list, separated by commas or spaces"
}

/^[.]\\" BEGIN / {
  print
  if ($3 == "options") options($4, $5)
  else if ($3 == "labels") labels($4)
  else if ($3 == "tables") tables($4)
  else if ($3 == "header") header_part()
  else problem("unknown part: " $0)
  skipping = 1
}
/^[.]\\" END/ { skipping = 0 }
!skipping
END { if (skipping && !failed) problem("no END"); exit failed }
