import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a,b}from"./chunk-H6HN2YRI.mjs";import"./chunk-GWPWCNPF.mjs";import"./chunk-4VH2MET7.mjs";export{a as LONGEST_FRONT_MATTER,b as frontMatterOf};
