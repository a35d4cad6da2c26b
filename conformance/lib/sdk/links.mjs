// Objects of URLs (spec/02 §7, spec/03 §9, spec/10 "Weblink"). First without looking at pages; then with a server that looks, but
// must not be turned against the network that it stands in.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { check, must } from '../checks.mjs'
import { checkRefusal, Client, exchangeOf, refused } from '../client.mjs'
import { paragraph, textsOf, title, value } from '../content.mjs'
import { Server } from '../server.mjs'

/** A look at a page takes 5 s at most; the rest is the answer's. */
const LOOK_SECONDS = 8

export async function links(world) {
  await making(world)
  await guarded(world)
}

async function making({ api }) {
  const description = value('text', { value: 'summary' })
  const urlOf = (object) => object.properties.media_URLReference.url.value

  await check('a URL becomes a weblink that keeps it byte for byte, called by its URL and its host', async () => {
    for (const url of ['https://Example.com/a%20b?q=1&r=ü#Frag', 'http://example.com', 'https://example.com:8443/x']) {
      const link = await api.createFromUrl({ url })
      assert.deepEqual([link.structureId, urlOf(link), link.properties.title.title.value], ['MediaWebResource', url, url])
      assert.equal(link.properties.media_host.text.value, 'example.com')
      assert.deepEqual(Object.keys(link.blocks), ['media_notes'])
    }
  })
  await check('title and description are those that are sent', async () => {
    const link = await api.createFromUrl({ url: 'https://example.com/told', properties: { title: title('Told'), description } })
    assert.deepStrictEqual([link.properties.title, link.properties.description], [title('Told'), description])
    assert.ok((await api.search({ query: 'told', structureIds: ['MediaWebResource'] })).some((row) => row.id === link.id))
  })
  await check('notes come as Markdown', async () => {
    const link = await api.createFromUrl({ url: 'https://example.com/notes', markdown: 'Read **before** Friday\n\n- #weblink-tag' })
    assert.deepEqual(textsOf(link.blocks.media_notes), ['Read before Friday', '#weblink-tag'])
    assert.equal((await api.search({ query: 'weblink-tag', structureIds: ['RootTag'] })).length, 1)
  })
  await check('notes come as blocks', async () => {
    const link = await api.createFromUrl({ url: 'https://example.com/blocks', blocks: { media_notes: [paragraph('a'), paragraph('b')] } })
    assert.deepEqual(textsOf(link.blocks.media_notes), ['a', 'b'])
  })
  await check('equal URLs become objects of their own, and addresses that are no pages are taken', async () => {
    const twins = [await api.createFromUrl({ url: 'https://example.com/twin' }), await api.createFromUrl({ url: 'https://example.com/twin' })]
    assert.notEqual(twins[0].id, twins[1].id)
    for (const url of ['mailto:ann@example.org', 'ftp://example.org/file']) assert.equal(urlOf(await api.createFromUrl({ url })), url)
  })
  await check('properties other than title and description are named as ignored', async () => {
    const exchange = await api.raw('POST', '/object/url', { url: 'https://example.com/ignored', properties: { tags: value('entity', []) } })
    assert.deepEqual([exchange.status, exchange.headers.get('palimpsest-ignored')], [200, '"properties.tags"'])
  })
  await check('what is no URL, or blocks together with markdown, is refused and makes nothing', async () => {
    const head = await api.head()
    for (const body of [{}, { url: 'nope' }, { url: '' }, { url: 'https://example.com', blocks: {}, markdown: 'x' }]) {
      checkRefusal(await api.raw('POST', '/object/url', body), 400, 'cap_invalid_input')
    }
    await refused(api.createFromUrl({ url: 'https://example.com', blocks: { nope: [paragraph('x')] } }), 400, 'cap_invalid_input')
    assert.equal(await api.head(), head)
  })
}

/** An HTTP server on this machine that notes every connection and every request. */
async function listener(host) {
  const heard = []
  const http = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'Content-Type': 'text/html' })
    response.end('<title>Inside</title><meta name="description" content="a secret">')
  })
  http.on('connection', () => heard.push('a connection'))
  http.on('connect', (request, socket) => { heard.push(`CONNECT ${request.url}`); socket.destroy() })
  http.listen(0, host)
  await once(http, 'listening')
  return { heard, port: http.address().port, close: () => { http.closeAllConnections(); http.close() } }
}

async function guarded({ folder }) {
  const inside = await must('a server inside the network stands ready', async () => {
    const four = await listener('127.0.0.1')
    const answer = await fetch(`http://127.0.0.1:${four.port}/probe`)
    assert.match(await answer.text(), /Inside/)
    assert.deepEqual(four.heard.splice(0), ['a connection', 'GET /probe'])
    return four
  })
  // Whoever uses the proxy that the environment names calls the server inside.
  const proxy = `http://127.0.0.1:${inside.port}`
  const env = Object.fromEntries(['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [name, proxy]))
  const server = await must('a server that looks at pages starts', () =>
    Server.start(join(folder, 'looking'), { args: ['--fetch-links', 'public', '--log-level', 'trace'], env }))
  const api = new Client(server.url, server.token)
  const own = new URL(server.url).port

  const made = async (url) => {
    const begun = Date.now()
    const link = await api.createFromUrl({ url })
    assert.ok(Date.now() - begun < LOOK_SECONDS * 1000, `it took ${Date.now() - begun} ms`)
    assert.deepEqual([link.structureId, link.properties.title.title.value, link.properties.media_URLReference.url.value], ['MediaWebResource', url, url])
    assert.equal(link.properties.description, undefined)
  }
  const [ADDRESS, NAME, PORT, CREDENTIALS] = ['only addresses of the public network', 'names of a local network', 'only the ports 80 and 443', 'a user name or a password']
  const guardedUrls = {
    'an address of this machine': [`http://127.0.0.1:${inside.port}/`, PORT],
    'the server itself': [`http://127.0.0.1:${own}/health/live`, PORT],
    'this machine by name': [`http://localhost:${inside.port}/`, PORT],
    'an address of this machine on the usual port': ['http://127.0.0.1/', ADDRESS],
    'this machine by name on the usual port': ['http://localhost/', NAME],
    'a name below localhost': ['http://inside.localhost/', NAME],
    'this machine as one number': ['http://2130706433/', ADDRESS],
    'this machine in hexadecimal': ['http://0x7f.1/', ADDRESS],
    'this machine in IPv6': ['http://[::1]/', ADDRESS],
    'this machine as IPv4 in IPv6': ['http://[::ffff:127.0.0.1]/', ADDRESS],
    'no address at all': ['http://0.0.0.0/', ADDRESS],
    'the metadata service of a cloud': ['http://169.254.169.254/latest/meta-data/', ADDRESS],
    'a private network': ['https://192.168.0.1/', ADDRESS],
    'a URL with a password': [`http://ann:secret@127.0.0.1:${inside.port}/`, CREDENTIALS],
  }
  for (const [what, [url, reason]] of Object.entries(guardedUrls)) {
    await check(`${what} is not looked at, for the reason that counts, and a weblink is made of what is known`, async () => {
      const told = server.log.length
      await made(url)
      assert.deepEqual(inside.heard, [])
      await server.logged(new RegExp(`^[^]{${told}}[^]*a page could not be had error=[^\\n]*${reason}`))
    })
  }
  await check('a page that cannot be had becomes a weblink within the time limit', async () => {
    for (const url of ['http://palimpsest-nowhere.example/', 'https://palimpsest-nowhere.example/page']) await made(url)
  })
  await check('what cannot be looked at is told by the log alone, and takes its notes all the same', async () => {
    const link = await api.createFromUrl({ url: 'http://localhost/noted', markdown: 'noted' })
    assert.deepEqual(textsOf(link.blocks.media_notes), ['noted'])
    assert.equal(exchangeOf(link).headers.get('palimpsest-ignored'), null)
  })
  await check('the proxy that the environment names is not used', async () => assert.deepEqual(inside.heard, []))
  await check('the server itself heard nothing but the calls of this suite', async () => {
    assert.ok(!server.log.includes('/health/live'), 'it called itself')
  })
  await check('even a log of everything shows neither the URLs nor what was found', async () => {
    await server.stop()
    assert.match(server.log, /a page could not be had/, 'the log tells that it looked')
    for (const part of ['palimpsest-nowhere.example/page', 'latest/meta-data', 'ann:secret', server.token]) assert.ok(!server.log.includes(part), `${part} is in the log`)
  })
  inside.close()
}
