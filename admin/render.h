/* weir render: one template and one JSON document to text, for people who write templates. */
#ifndef WEIR_RENDER_H
#define WEIR_RENDER_H

int render_main(int argc, char **argv); /* argv[0] is "weir render"; returns the exit status */

#endif
