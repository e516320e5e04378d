/* The commands of `weir`: each is a main() of its own, told to the table in weir.c. */
#ifndef WEIR_COMMANDS_H
#define WEIR_COMMANDS_H

int init_main(int argc, char **argv);
int account_main(int argc, char **argv);
int migrate_main(int argc, char **argv);
int backup_main(int argc, char **argv);
int restore_main(int argc, char **argv);
int doctor_main(int argc, char **argv);
int event_main(int argc, char **argv);
int contact_main(int argc, char **argv);

#endif
