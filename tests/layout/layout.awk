# SPDX-License-Identifier: Apache-2.0
# Judges the facts that layout.sh gathers; see there for their forms. Ends with 1 if anything is not as it must be.

function complain(text)
{
  print text
  wrong++
}

# The room of a stem: the longest line of the map that is the stem or a folder above it; "" if none.
function room_of(stem,    path, star)
{
  if (stem in room_known)
    return room_known[stem]
  path = stem
  while (path != "" && !(path in allowed)) {
    star = path
    sub(/[^\/]*$/, "*", star)
    if (path != stem && star in allowed) {
      allowed[path] = allowed[star]
      break
    }
    if (!sub(/\/[^\/]*$/, "", path))
      path = ""
  }
  return room_known[stem] = path
}

function stem_of(file)
{
  sub(/\.[ch]$/, "", file)
  return file
}

# The file that an include names, looked for where compilers are told to.
function included(file, name,    folder, path)
{
  folder = file
  sub(/[^\/]*$/, "", folder)
  if ((folder name) in files)
    return folder name
  if (file ~ /^tools\/plugin-test\// && ("tools/plugin-test/" name) in files)
    return "tools/plugin-test/" name
  path = "plugins/lib/" name
  if (path in files)
    return path
  path = "core/" name
  return path in files ? path : ""
}

# An arrow between files that may not be, or one to be looked at for circles.
# `counts` says whether it counts for circles: calls do, and what headers include, for to include a header in a .c file
# is no more than to look at what another one offers.
function arrow(from, to, why, counts,    a, b)
{
  if (from == to)
    return
  a = room_of(from)
  b = room_of(to)
  if (a == "" || b == "")
    return
  if (a != b && index(" " allowed[a] " ", " " b " ") == 0 && !((from, to) in told)) {
    told[from, to] = 1
    complain("upward: " from " -> " to " (" why "): " a " may not know " b)
  }
  if (counts && !((from, to) in edges)) {
    edges[from, to] = why
    out[from] = out[from] " " to
    nodes[from] = nodes[to] = 1
  }
}

# The part of the tree within which a name means one thing: core, the libraries, one plugin, the tester.
function unit_of(stem,    part)
{
  if (stem ~ /^plugins\/lib\//)
    return "plugins/lib"
  if (match(stem, /^plugins\/[^\/]*\/[^\/]*/) || match(stem, /^[^\/]*/))
    return substr(stem, RSTART, RLENGTH)
}

function definition(stem, name,    unit)
{
  unit = unit_of(stem)
  if ((unit, name) in defined)
    return defined[unit, name]
  if (unit ~ /^plugins/ && ("plugins/lib", name) in defined)
    return defined["plugins/lib", name]
  if ((unit == "tools") && ("core", name) in defined)
    return defined["core", name]
  return ""
}

# Takes away, again and again, what has no arrow out: what is left lies on circles or leads to one.
function strip_leaves(    changed, node, list, n, i, live)
{
  do {
    changed = 0
    for (node in nodes) {
      n = split(out[node], list, " ")
      live = 0
      for (i = 1; i <= n; i++)
        live += list[i] in nodes
      if (live == 0) {
        delete nodes[node]
        changed = 1
      }
    }
  } while (changed)
}

# Walks from `start`, which has an arrow out, until it comes by a file twice, tells that circle and cuts it.
function tell_circle(start,    node, list, n, i, count, walk, place, text)
{
  split("", place)
  count = 0
  for (node = start; !(node in place); node = list[i]) {
    walk[++count] = node
    place[node] = count
    n = split(out[node], list, " ")
    for (i = 1; i < n && !(list[i] in nodes); i++)
      ;
  }
  walk[count + 1] = node
  text = node
  for (i = place[node]; i <= count; i++)
    text = text " -> " walk[i + 1] " (" edges[walk[i], walk[i + 1]] ")"
  complain("circle: " text)
  out[walk[count]] = without(out[walk[count]], node)
}

function without(names, name,    list, n, i, left)
{
  n = split(names, list, " ")
  for (i = 1; i <= n; i++)
    if (list[i] != name)
      left = left " " list[i]
  return left
}

function judge_circles(    node, left)
{
  for (;;) {
    strip_leaves()
    left = ""
    for (node in nodes)
      if (left == "" || node < left)
        left = node
    if (left == "")
      return
    tell_circle(left)
  }
}

$1 == "R" {
  room = $2
  sub(/:$/, "", room)
  $1 = $2 = ""
  allowed[room] = $0
  gsub(/ +/, " ", allowed[room])
}
$1 == "F" { files[$2] = 1 }
$1 == "I" { includes[++includes_count] = $2 " " $3 }
$1 == "H" { header_words[$2, $3] = 1 }
$1 == "O" { objects_count++ }
$1 == "S" && $3 == "U" { wants[++wants_count] = $2 " " $4 }
$1 == "S" && $3 ~ /^[TDBRVW]$/ { defined[unit_of($2), $4] = $2; defines[++defines_count] = $2 " " $4 }

END {
  for (i = 1; i <= includes_count; i++) {
    split(includes[i], part, " ")
    to = included(part[1], part[2])
    if (to != "")
      arrow(stem_of(part[1]), stem_of(to), "includes it", part[1] ~ /\.h$/ && to ~ /\.h$/)
  }
  for (i = 1; i <= wants_count; i++) {
    split(wants[i], part, " ")
    if (part[2] ~ /^(curl|MHD)_/ && part[1] ~ /^core\/(base|config|data|plugin|setup|sink|pipeline)\//)
      complain("outside: " part[1] " calls " part[2] ", and no room of the engine may")
    if (part[2] ~ /^dcpipe_/ && part[1] !~ /^core\//)
      continue
    to = definition(part[1], part[2])
    if (to != "")
      arrow(part[1], to, part[2], 1)
  }
  for (i = 1; i <= defines_count; i++) {
    split(defines[i], part, " ")
    if (room_of(part[1]) == "" || part[2] ~ /^dcpipe_/ || part[2] == "main" || part[2] !~ /^[a-z]/ || !((part[1] ".c") in files))
      continue
    if (!((part[1] ".h", part[2]) in header_words))
      complain("elsewhere: " part[2] " of " part[1] ".c is not declared in " part[1] ".h")
  }
  for (file in files)
    if (file !~ /^tools/ && room_of(stem_of(file)) == "")
      complain("homeless: " file " lies in no room of the map")
  judge_circles()
  if (objects_count == 0 || includes_count == 0)
    complain("nothing was looked at: " objects_count + 0 " objects, " includes_count + 0 " includes")
  print objects_count + 0 " objects, " includes_count + 0 " includes, " wrong + 0 " wrong"
  exit wrong > 0
}
