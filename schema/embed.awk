# Turns SQL files into C strings: migrations[] = { { "0001_ground", "..." }, ..., { 0 } }.
BEGIN { print "#include \"migrate.h\"\n\nconst struct migration migrations[] = {" }
FNR == 1 { if (open) print "\t},"; name = FILENAME; sub(/.*\//, "", name); sub(/\.sql$/, "", name)
           printf "\t{ \"%s\",\n", name; open = 1 }
{ gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); printf "\t  \"%s\\n\"\n", $0 }
END { if (open) print "\t},"; print "\t{ 0 }\n};" }
