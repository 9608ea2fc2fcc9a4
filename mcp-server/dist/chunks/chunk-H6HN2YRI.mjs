import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a as d}from"./chunk-GWPWCNPF.mjs";import{d as c}from"./chunk-4VH2MET7.mjs";var o=c(d(),1),s=16384,a=/^---[ \t]*\n(?:([\s\S]*?)\n)?---[ \t]*(?:\n|$)/,f=/^([A-Za-z][\w-]*):[ \t]+(?![|>"'])(.+)$/;function p(n){let e=n.slice(0,s).replace(/^\uFEFF/,"").replace(/\r\n?/g,`
`),t=a.exec(e)?.[1];if(t===void 0)return;let r=t.split(`
`).filter(u=>u.trim()!=="");return i(r)??i(r.map(l))}function l(n){let[,e,t]=f.exec(n)??[];return e===void 0||t===void 0?n:`${e}: ${JSON.stringify(t.trim())}`}function i(n){try{let{data:e}=(0,o.default)(`---
${n.join(`
`)}
---
`,{language:"yaml"});return g(e)?e:void 0}catch{return}}function g(n){return typeof n=="object"&&n!==null&&!Array.isArray(n)}export{s as a,p as b};
