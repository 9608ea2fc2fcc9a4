import { chmodSync, writeFileSync } from "node:fs";

/**
 * Writes a program that git takes for ssh (`core.sshCommand`): it runs the service that git asks for on a bare repository
 * of this machine.
 */
export function writeSshTo(remote: string, program: string): void {
  const lines = [
    "#!/bin/sh",
    "for last; do :; done",
    'case "$last" in',
    `git-upload-pack*) exec git upload-pack '${remote}' ;;`,
    `git-receive-pack*) exec git receive-pack '${remote}' ;;`,
    "esac",
    "exit 1",
  ];
  writeFileSync(program, `${lines.join("\n")}\n`);
  chmodSync(program, 0o755);
}
