import { describe, expect, it } from "vitest";
import { normalOrigin, publicAddress } from "../../mcp-server/src/git/origin.ts";

describe("the name of a remote repository", () => {
  it.each([
    "https://github.com/Octo/shop.git",
    "https://github.com/Octo/shop",
    "https://github.com/Octo/shop/",
    "https://octo:ghp_secret@github.com/Octo/shop.git",
    "https://GitHub.com:443/Octo/shop.git",
    "git@github.com:Octo/shop.git",
    "github.com:Octo/shop",
    "ssh://git@github.com/Octo/shop.git",
    "ssh://git@github.com:22/Octo/shop.git",
    "git+ssh://git@github.com/Octo/shop.git",
    "git://github.com/Octo/shop.git",
  ])("the name of a remote repository is the same for every way to write its origin: %s", (address) => {
    expect(normalOrigin(address)).toBe("github.com/Octo/shop");
  });

  it("the name of a remote repository tells servers, ports and paths apart", () => {
    const names = [
      "https://git.example.org/shop.git",
      "https://git.example.org:8443/shop.git",
      "https://git.example.net/shop.git",
      "https://git.example.org/Shop.git",
      "git@git.example.org:team/shop.git",
    ].map(normalOrigin);
    expect(new Set(names).size).toBe(5);
  });

  it.each([
    "/srv/git/shop.git",
    "../shop.git",
    "file:///srv/git/shop.git",
    "C:/git/shop.git",
    "C:\\git\\shop",
    "",
  ])(
    "the name of a remote repository is not taken from an origin that other machines cannot reach: %s",
    (address) => {
      expect(normalOrigin(address)).toBeUndefined();
    },
  );
});

describe("the address of a remote repository that a message names", () => {
  it.each([
    ["https://github.com/Octo/shop.git", "Octo/shop"],
    ["https://octo:ghp_secret@github.com/Octo/shop", "Octo/shop"],
    ["https://ghp_secret@github.com/Octo/shop.git", "Octo/shop"],
    ["git@github.com:Octo/shop.git", "Octo/shop"],
    ["ssh://git@github.com:22/Octo/shop.git", "Octo/shop"],
    ["https://git.example.org/team/shop.git", "https://git.example.org/team/shop.git"],
    ["https://oauth2:secret@git.example.org:8443/team/shop", "https://git.example.org:8443/team/shop"],
    ["https://secret@git.example.org/shop.git?token=secret#secret", "https://git.example.org/shop.git"],
    ["ssh://git:secret@git.example.org/shop.git", "ssh://git@git.example.org/shop.git"],
    ["git@git.example.org:team/shop.git", "git@git.example.org:team/shop.git"],
  ])(
    "the address of a remote repository in a message has no credentials: %s becomes %s",
    (origin, address) => {
      expect(publicAddress(origin)).toBe(address);
    },
  );

  it.each([
    "/srv/git/shop.git",
    "file:///srv/git/shop.git",
    "C:\\git\\shop",
    "https://git.example.org/shop;reboot.git",
    "https://git.example.org/$(reboot)",
    "https://git.example.org/a shop.git",
    "--upload-pack=reboot:shop",
    "",
  ])(
    "the address of a remote repository in a message is unknown where no other machine, or no shell, takes it: %s",
    (origin) => {
      expect(publicAddress(origin)).toBeUndefined();
    },
  );
});
