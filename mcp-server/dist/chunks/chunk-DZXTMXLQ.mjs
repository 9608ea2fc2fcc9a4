import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{o as r,p as n,r as o}from"./chunk-GF6IHNB2.mjs";function m(e){return e===void 0?void 0:`${o.major}.${e}`}function p(e,a){return e.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(s=>a(new n(s,new r)))}export{m as a,p as b};
