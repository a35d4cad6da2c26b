// Every endpoint that needs a token, as calls on one object that would succeed with the right token.

import { paragraph, title } from './content.mjs'

/** The calls on an object, its first block, a collection, a tag, a revision and the space, by name: `{scope, make: (client) => exchange}`. */
export function callsOn({ id, structureId, blocks, collection, tag, webhook, upload, revision }) {
  const [{ id: blockId }] = Object.values(blocks)[0]
  const call = (scope, method, path, body) => [`${method} ${path.split('?')[0]}`, { scope, make: (api) => api.raw(method, path, body) }]
  return Object.fromEntries([
    call('api:read', 'GET', '/space'),
    call('api:read', 'GET', '/space/structures'),
    call('api:write', 'PATCH', '/space', { title: 'taken over' }),
    call('api:write', 'POST', '/space/structures', { title: 'slipped in' }),
    call('api:write', 'PATCH', '/space/structures', { id: structureId, title: 'taken over' }),
    call('api:write', 'DELETE', `/space/structures?id=${structureId}&objects=trash`),
    call('api:write', 'POST', '/space/properties', { structureId, name: 'slipped in', type: 'text' }),
    call('api:write', 'PATCH', '/space/properties', { structureId, id: 'title', name: 'taken over' }),
    call('api:write', 'DELETE', `/space/properties?structureId=${structureId}&id=title&values=drop`),
    call('api:write', 'POST', '/space/collections', { structureId, title: 'slipped in' }),
    call('api:write', 'PATCH', '/space/collections', { id: collection, title: 'taken over' }),
    call('api:write', 'DELETE', `/space/collections?id=${collection}`),
    call('api:read', 'GET', `/object?id=${id}`),
    call('api:read', 'GET', `/object/history?id=${id}`),
    call('api:read', 'GET', `/object/diff?id=${id}&from=${revision}&to=${revision}`),
    call('api:read', 'GET', `/object/markdown?id=${id}`),
    call('api:read', 'POST', '/objects/get', { ids: [id] }),
    call('api:read', 'POST', '/objects/search', { query: 'a' }),
    call('api:read', 'GET', `/objects/structure?id=${structureId}`),
    call('api:read', 'GET', `/objects/collection?id=${collection}`),
    call('api:read', 'GET', `/objects/tag?id=${tag}`),
    call('api:read', 'GET', '/objects'),
    call('api:read', 'GET', '/changes'),
    call('api:read', 'GET', '/trash'),
    call('api:read', 'GET', '/webhooks'),
    call('api:read', 'GET', `/webhooks/deliveries?id=${webhook}`),
    call('api:write', 'POST', '/webhooks', { url: 'https://example.org/slipped-in' }),
    call('api:write', 'PATCH', '/webhooks', { id: webhook, paused: true }),
    call('api:write', 'POST', '/webhooks/test', { id: webhook }),
    call('api:write', 'DELETE', `/webhooks?id=${webhook}`),
    call('api:write', 'POST', '/object', { structureId }),
    call('api:write', 'PATCH', '/object', { id, properties: { title: title('taken over') } }),
    call('api:write', 'POST', '/object/markdown', { structureId, markdown: '# slipped in\n\n#slipped' }),
    call('api:write', 'PATCH', '/object/markdown', { id, markdown: '---\ntitle: taken over\n---\n\nslipped in' }),
    call('api:write', 'POST', '/object/url', { url: 'https://example.org/slipped-in', markdown: 'slipped in' }),
    call('api:write', 'POST', '/object/media/upload', { fileName: 'slipped-in.txt', fileSize: 1 }),
    call('api:write', 'PUT', `/object/media/upload/part?id=${upload}&partNumber=1`, 5),
    call('api:write', 'POST', '/object/media/upload/complete', { id: upload }),
    call('api:write', 'POST', '/object/media/upload/abort', { id: upload }),
    call('api:write', 'POST', '/blocks/daily-note/append', { markdown: 'slipped in' }),
    call('api:write', 'POST', '/blocks/append', { id, blocks: [paragraph('slipped in')] }),
    call('api:write', 'POST', '/blocks/move', { id, blockId, position: { type: 'start' } }),
    call('api:write', 'POST', '/object/edits', { id, edits: [{ op: 'insert', markdown: 'slipped in' }] }),
    call('api:write', 'PATCH', '/blocks/block', { id, blockId, block: paragraph('slipped in') }),
    call('api:write', 'POST', '/transactions', { operations: [{ method: 'POST', path: '/object', body: { structureId } }] }),
    call('api:write', 'POST', '/transactions/revert', { revision: 1, partial: true }),
    call('api:write', 'POST', '/object/revert', { id, revision }),
    call('api:write', 'DELETE', `/block?objectId=${id}&blockId=${blockId}`),
    call('api:write', 'DELETE', `/object?id=${id}`),
  ])
}

/** The calls that name the object, and not only the space. */
export const ON_AN_OBJECT = [
  'GET /object', 'GET /object/history', 'GET /object/diff', 'GET /object/markdown', 'PATCH /object', 'PATCH /object/markdown', 'POST /blocks/append',
  'POST /blocks/move', 'POST /object/edits', 'POST /object/revert', 'PATCH /blocks/block', 'DELETE /block', 'DELETE /object',
]

/** The calls of the operator, on a space, an object of it and a token, by name: `make: (client) => exchange`. */
export function callsOfTheOperator({ space, object, token }) {
  const call = (method, path, body) => [`${method} ${path.split('?')[0]}`, (api) => api.raw(method, path, body)]
  return Object.fromEntries([
    call('GET', '/admin/spaces'),
    call('POST', '/admin/spaces', { title: 'slipped in' }),
    call('PATCH', '/admin/spaces', { id: space, title: 'taken over' }),
    call('GET', '/admin/tokens'),
    call('POST', '/admin/tokens', { spaceId: space, name: 'slipped in', scopes: ['api:read'] }),
    call('DELETE', `/admin/tokens?id=${token}`),
    call('POST', '/admin/erase', { spaceId: space, id: object }),
    call('DELETE', `/admin/spaces?id=${space}`),
  ])
}

/** The names of the calls that need a token of a kind, as the served document tells. */
export async function guardedCalls(address, kind = 'bearer') {
  const { paths } = await (await fetch(`${address}/openapi.json`)).json()
  const calls = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { security }]) => security?.some((needed) => kind in needed))
      .map(([method]) => `${method.toUpperCase()} ${path}`))
  return calls.sort()
}
