// Who may do what: tokens, scopes, spaces; and that no secret and no content goes where it does not belong.
//
//   PALIMPSEST_BIN=target/debug/palimpsest PALIMPSEST_SDK=…/@capacities/api/dist/index.js node conformance/access.test.mjs

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chapter, check, finish, must } from './lib/checks.mjs'
import { checkRefusal, Client, exchangeOf, refused } from './lib/client.mjs'
import { paragraph, title, UUID, value } from './lib/content.mjs'
import { callsOfTheOperator, callsOn, guardedCalls, ON_AN_OBJECT } from './lib/endpoints.mjs'
import { command, operate, refusedCommand, Server, temporaryFolder } from './lib/server.mjs'

const SECRET = /^cap-api-[A-Za-z0-9_-]{43}$/
const UNSEEN = 'cap_not_found'
const CLOSED = 'cap_not_authenticated'
const TITLE = 'Zwiebelfisch-Kladde'
const TEXT = 'Quastenflosser-Absatz'

const data = join(temporaryFolder(), 'data')
const server = await must('the server starts on an empty folder', () => Server.start(data))
const secrets = [server.token]
const as = (token) => new Client(server.url, token)
const first = as(server.token)

/** Makes a token by the command line: `{id, token}`. */
async function newToken(...args) {
  const made = await operate(data, 'token', 'create', ...args)
  secrets.push(made.token)
  return made
}

const alpha = await first.space()
const beta = await must('a second space is made while the server runs', () => operate(data, 'space', 'create', 'Beta'))
const reader = await newToken('--space', alpha.title, '--name', 'the reader', '--scope', 'read')
const stranger = await newToken('--space', 'Beta', '--name', 'the stranger')
const other = as(stranger.token)

const page = await first.create({ structureId: 'RootPage', properties: { title: title(TITLE) } })
const written = await first.append({ id: page.id, blocks: [paragraph(TEXT), paragraph('second')] })
const [key, [block]] = Object.entries(written.blocks)[0]
const collection = await operate(data, 'collection', 'create', '--space', alpha.id, '--structure', 'RootPage', 'Mine')
const ownTag = await first.create({ structureId: 'RootTag', properties: { title: title('own') } })
const webhook = JSON.parse((await first.raw('POST', '/webhooks', { url: 'https://example.org/hook' })).text).id
// One that is paused stays as it is.
await first.raw('PATCH', '/webhooks', { id: webhook, paused: true })
const upload = JSON.parse((await first.raw('POST', '/object/media/upload', { fileName: 'own.txt', fileSize: 1 })).text).id
const object = { ...written, collection: collection.id, tag: ownTag.id, webhook, upload, revision: exchangeOf(ownTag).revision }

await check('every call that the document guards is tried here', async () =>
  assert.deepEqual(Object.keys(callsOn(object)).sort(), await guardedCalls(server.url)))

/** Does something that must leave the first space as it is. */
async function withoutTrace(body) {
  const before = exchangeOf(await first.get(object.id))
  await body()
  const after = exchangeOf(await first.get(object.id))
  assert.equal(after.text, before.text)
  assert.equal(after.revision, before.revision)
}

await chapter('tokens', async () => {
  await check('the secret of a token is 256 bits, and no two are alike', async () => {
    for (const secret of secrets) assert.match(secret, SECRET)
    assert.equal(new Set(secrets).size, secrets.length)
  })
  await check('token create prints the secret alone on its last line', async () => {
    const { code, stdout } = await command(data, 'token', 'create', '--space', 'Beta', '--name', 'plain')
    assert.equal(code, 0)
    const last = stdout.trimEnd().split('\n').at(-1)
    assert.match(last, SECRET)
    secrets.push(last)
    await as(last).space()
  })
  await check('a token that is made while the server runs works at once', async () => {
    for (const scope of ['read', 'write']) {
      const { token } = await newToken('--space', 'Beta', '--name', `fresh ${scope}`, '--scope', scope)
      assert.equal((await as(token).space()).id, beta.id)
    }
  })
  await check('with several spaces a token is not made without naming one', () =>
    refusedCommand(data, ['token', 'create', '--name', 'x'], /--space/))
  await check('a token for an unknown space is refused by its name', () =>
    refusedCommand(data, ['token', 'create', '--space', 'Gamma'], /Gamma/))
  await check('a length of time that is none is refused', () =>
    refusedCommand(data, ['token', 'create', '--space', 'Beta', '--expires', 'soon'], /soon/))

  await check('token list --json tells all about tokens but their secrets', async () => {
    const listed = await operate(data, 'token', 'list')
    const found = listed.find((one) => one.id === reader.id)
    assert.match(found.createdAt, /^\d{4}-\d\d-\d\dT.*Z$/)
    const { createdAt, ...rest } = found
    assert.deepEqual(rest, { id: reader.id, name: 'the reader', spaces: [alpha.id], scopes: ['api:read'], expiresAt: null, revokedAt: null, concurrency: 'lastWriteWins' })
    assert.deepEqual(listed.find((one) => one.id === stranger.id).scopes, ['api:read', 'api:write'])
    for (const secret of secrets) assert.ok(!JSON.stringify(listed).includes(secret.slice('cap-api-'.length)))
  })
  await check('token list --space lists the tokens of that space alone', async () => {
    const listed = await operate(data, 'token', 'list', '--space', 'Beta')
    assert.ok(listed.length >= 2 && listed.every((one) => one.spaces.includes(beta.id)))
  })
  await check('a token of several spaces is listed with all, and is nobody to every call', () =>
    withoutTrace(async () => {
      const both = await newToken('--space', 'Beta', '--space', alpha.id, '--space', beta.id, '--name', 'both')
      const listed = (await operate(data, 'token', 'list', '--space', 'Beta')).find((one) => one.id === both.id)
      assert.deepEqual(listed.spaces, [beta.id, alpha.id])
      for (const { make } of Object.values(callsOn(object))) checkRefusal(await make(as(both.token)), 401, CLOSED)
      await operate(data, 'token', 'revoke', 'both')
    }))
  await check('token list prints a table without secrets', async () => {
    const { stdout } = await command(data, 'token', 'list')
    assert.match(stdout, /the reader .*api:read/)
    for (const secret of secrets) assert.ok(!stdout.includes(secret.slice('cap-api-'.length)))
  })
})

await chapter('closed doors', async () => {
  const revoked = await newToken('--space', alpha.id, '--name', 'revoked')
  assert.equal((await as(revoked.token).space()).id, alpha.id)
  await operate(data, 'token', 'revoke', 'revoked')
  const expired = await newToken('--space', alpha.id, '--name', 'expired', '--expires', '1s')
  await must('a token that expires in a second fails when its time has come, not before', async () => {
    const { expiresAt, createdAt } = (await operate(data, 'token', 'list')).find((one) => one.id === expired.id)
    assert.ok(Date.parse(expiresAt) <= Date.parse(createdAt) + 1000, `${createdAt} to ${expiresAt}`)
    for (;;) {
      const asked = Date.now()
      const { status } = await as(expired.token).raw('GET', '/space')
      if (status === 401) return assert.ok(Date.now() >= Date.parse(expiresAt), 'it failed before its time')
      assert.equal(status, 200)
      assert.ok(asked < Date.parse(expiresAt), 'it works after its time')
      await pause(20)
    }
  })
  const lasting = await newToken('--space', alpha.id, '--name', 'lasting', '--expires', '1h')
  await check('a token that expires in an hour works now', () => as(lasting.token).space())

  const wrong = {
    'an unknown token': `cap-api-${'A'.repeat(43)}`,
    'a token cut short': server.token.slice(0, -1),
    'a token with a letter more': `${server.token}A`,
    'a token with one letter changed': server.token.slice(0, -2) + (server.token.at(-2) === 'A' ? 'B' : 'A') + server.token.at(-1),
    'a token in upper case': server.token.toUpperCase(),
    'a token without its prefix': server.token.slice('cap-api-'.length),
    'the id of a token': reader.id,
    'an admin token that is none': server.token.replace('cap-api-', 'cap-admin-'),
    'an expired token': expired.token,
    'a revoked token': revoked.token,
  }
  for (const [name, { make }] of Object.entries(callsOn(object))) {
    await check(`${name} is a 401 for tokens that are unknown, mutilated, expired or revoked`, () =>
      withoutTrace(async () => {
        for (const [what, token] of Object.entries(wrong)) {
          const exchange = await make(as(token))
          assert.equal(exchange.status, 401, `${what}: ${exchange.line}`)
          checkRefusal(exchange, 401, CLOSED)
        }
      }))
  }

  await check('a revoked token fails on the very next request, however often it was used', async () => {
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      const { id, token } = await newToken('--space', alpha.id, '--name', name)
      const api = as(token)
      for (let used = 0; used < 3; used++) await api.get(object.id)
      await operate(data, 'token', 'revoke', name === 'one' ? id : name)
      await refused(api.get(object.id), 401, CLOSED)
      await refused(api.append({ id: object.id, blocks: [paragraph('x')] }), 401, CLOSED)
    }
  })
  await check('while requests run, none that began after the revocation is served', async () => {
    const { token } = await newToken('--space', alpha.id, '--name', 'busy')
    const api = as(token)
    let gone = false
    const served = []
    const worker = async () => {
      for (;;) {
        const late = gone
        const { status } = await api.raw('GET', `/object?id=${object.id}`)
        served.push([late, status])
        if (status !== 200) return
      }
    }
    const workers = Promise.all([worker(), worker(), worker(), worker()])
    while (served.length < 8) await pause(1)
    await operate(data, 'token', 'revoke', 'busy')
    gone = true
    await workers
    assert.ok(served.some(([, status]) => status === 200))
    assert.deepEqual(served.filter(([late, status]) => late && status !== 401), [])
  })
  await check('a revoked token stays in the list, with the time', async () => {
    const listed = (await operate(data, 'token', 'list')).find((one) => one.id === revoked.id)
    assert.ok(Math.abs(Date.parse(listed.revokedAt) - Date.now()) < 60_000, listed.revokedAt)
  })
  await check('an unknown token, and one that is revoked already, cannot be revoked', async () => {
    await refusedCommand(data, ['token', 'revoke', 'nobody'], /nobody/)
    await refusedCommand(data, ['token', 'revoke', 'revoked'], /revoked/)
  })
})

await chapter('a token that only reads', async () => {
  const api = as(reader.token)
  for (const [name, { scope, make }] of Object.entries(callsOn(object))) {
    if (scope === 'api:read') {
      await check(`${name} is open to a read-only token`, async () => {
        const [mine, theirs] = [await make(first), await make(api)]
        assert.equal(theirs.status, 200)
        assert.equal(theirs.text, mine.text)
      })
    } else {
      await check(`${name} is a 403 for a read-only token that names the missing scope`, () =>
        withoutTrace(async () => {
          const { details } = checkRefusal(await make(api), 403, 'cap_scope_insufficient')
          assert.deepEqual(details, { missingScopes: ['api:write'] })
        }))
    }
  }
  await check('the SDK shows the missing scope', async () => {
    const error = await refused(api.update({ id: object.id, properties: { title: title('x') } }), 403, 'cap_scope_insufficient')
    assert.deepEqual(error.scopeDetails, { missingScopes: ['api:write'] })
  })
})

await chapter('another space', async () => {
  /** An answer with what may differ taken out. */
  const words = ({ status, text }, id) => `${status} ${text.replaceAll(id, '<id>')}`

  for (const name of ON_AN_OBJECT) {
    await check(`${name} is a 404 for the token of another space, as for an object that never was`, () =>
      withoutTrace(async () => {
        const there = await callsOn(object)[name].make(other)
        checkRefusal(there, 404, UNSEEN)
        const never = { ...object, id: randomUUID() }
        assert.equal(words(await callsOn(never)[name].make(other), never.id), words(there, object.id))
      }))
  }
  await check('a transaction of another space finds the object no more than an object that never was', () =>
    withoutTrace(async () => {
      const rename = (id) => ({ operations: [{ method: 'PATCH', path: '/object', body: { id, properties: { title: title('taken over') } } }] })
      const [there, never] = [await other.raw('POST', '/transactions', rename(object.id)), await other.raw('POST', '/transactions', rename(randomUUID()))]
      checkRefusal(there, 404, 'cap_transaction_aborted')
      assert.equal(never.text, there.text)
    }))
  await check('each token sees its own space', async () => {
    assert.deepEqual([(await first.space()).id, (await other.space()).id], [alpha.id, beta.id])
    assert.equal((await other.space()).title, 'Beta')
  })
  await check('a space shows neither the collections nor the structures of another', async () => {
    const file = join(data, '..', 'structure.json')
    writeFileSync(file, JSON.stringify({ title: 'Hidden' }))
    const { id } = await operate(data, 'structure', 'create', '--space', alpha.id, file)
    const listed = JSON.stringify(await other.structures())
    for (const hidden of ['Hidden', id, 'Mine', collection.id]) assert.ok(!listed.includes(hidden), hidden)
    await refused(other.create({ structureId: id }), [400, 404], ['cap_invalid_input', UNSEEN])
    await first.create({ structureId: id })
  })

  await check('a search finds nothing of another space, and tells the revision of its own', async () => {
    for (const query of [TITLE, TITLE[0], 'theirs']) assert.deepEqual(await other.search({ query }), [])
    assert.ok((await first.search({ query: TITLE })).some((row) => row.id === object.id))
    assert.equal((await other.raw('POST', '/objects/search', { query: TITLE })).revision, await other.head())
  })
  await check('Markdown links to no title and to no tag of another space, and a link by id stays a URL', async () => {
    const theirs = await first.append({ id: (await first.create({ structureId: 'RootPage' })).id, markdown: '#shared-name' })
    const text = `[[${TITLE}]] #shared-name [x](capacities://${alpha.id}/${object.id})`
    const made = await other.createOfMarkdown({ structureId: 'RootPage', markdown: `# Spy\n\n${text}` })
    const tokensOf = (one) => Object.values(one.blocks)[0].flatMap(({ tokens }) => tokens)
    const linked = tokensOf(made).filter((one) => one.entityId).map((one) => one.entityId)
    assert.equal(linked.length, 1, JSON.stringify(tokensOf(made)))
    assert.ok(!tokensOf(theirs).some((one) => linked.includes(one.entityId)), 'the tag is one of its own')
    assert.deepEqual((await other.search({ query: 'shared-name' })).map((row) => row.id), linked)
    assert.ok(tokensOf(made).some((one) => one.text.includes(`[[${TITLE}]]`)))
  })
  await check('each space has daily notes of its own', async () => {
    const day = { date: '2026-03-03T00:00:00.000Z', noTimeStamp: true }
    await first.appendDaily({ ...day, markdown: 'alpha' })
    assert.deepEqual(await other.search({ query: '2026-03-03' }), [])
    await other.appendDaily({ ...day, markdown: 'beta' })
    const [mine, theirs] = [await first.dailyNote('2026-03-03'), await other.dailyNote('2026-03-03')]
    assert.notEqual(mine.id, theirs.id)
    assert.ok(!JSON.stringify(theirs.blocks).includes('alpha') && !JSON.stringify(mine.blocks).includes('beta'))
  })

  const tag = await first.create({ structureId: 'RootTag', properties: { title: title('theirs') } })
  const mine = await other.create({ structureId: 'RootPage', properties: { title: title('mine') } })
  const tags = (id) => ({ tags: value('entity', [{ id }]) })
  const attempts = {
    'as the target of an entity property': (id) => other.update({ id: mine.id, properties: tags(id.tag) }),
    'as the target of an entity property of a new object': (id) => other.create({ structureId: 'RootPage', properties: tags(id.tag) }),
    'as a collection': (id) => other.update({ id: mine.id, collections: [id.collection] }),
    'as a collection of a new object': (id) => other.create({ structureId: 'RootPage', collections: [id.collection] }),
    'as an embedded object': (id) => other.append({ id: mine.id, blocks: [{ type: 'EntityBlock', entityId: id.object }] }),
    'as the target of a link': (id) => other.append({ id: mine.id, blocks: [{ type: 'TextBlock', tokens: [{ type: 'LinkToken', text: 'x', entityId: id.object }] }] }),
    'as a parent block': (id) => other.append({ id: mine.id, parentBlockId: id.block, blocks: [paragraph('x')] }),
    'as a sibling block': (id) => other.append({ id: mine.id, position: { type: 'after_block', after_block: { id: id.block } }, blocks: [paragraph('x')] }),
    'as the block of an update': (id) => other.updateBlock({ id: mine.id, blockId: id.block, block: paragraph('x') }),
    'as the block of a deletion': (id) => other.deleteBlock({ objectId: mine.id, blockId: id.block }),
  }
  for (const [what, attempt] of Object.entries(attempts)) {
    await check(`what another space holds cannot be named ${what}, as if it never was`, () =>
      withoutTrace(async () => {
        const before = exchangeOf(await other.get(mine.id))
        const there = { tag: tag.id, collection: collection.id, object: object.id, block: block.id }
        const never = Object.fromEntries(Object.keys(there).map((name) => [name, randomUUID()]))
        const [seen, unseen] = [await refused(attempt(there), [400, 404], ['cap_invalid_input', UNSEEN]), await refused(attempt(never), [400, 404], ['cap_invalid_input', UNSEEN])]
        const plain = (error, ids) => Object.values(ids).reduce((text, id) => text.replaceAll(id, '<id>'), `${error.status} ${error.message}`)
        assert.equal(plain(seen, there), plain(unseen, never))
        const after = exchangeOf(await other.get(mine.id))
        assert.equal(after.text, before.text)
        assert.equal(after.revision, before.revision)
      }))
  }
  await check('an id that another space gave is free in this one, for objects and for blocks', () =>
    withoutTrace(async () => {
      const blocks = { [key]: [{ ...paragraph('mine'), id: block.id }] }
      const { status, json } = await other.raw('POST', '/object', { id: object.id, structureId: 'RootPage', blocks })
      assert.deepEqual([status, json.id, json.blocks[key][0].id], [200, object.id, block.id])
      await other.remove({ id: object.id, hardDelete: true })
    }))
  await check('each space counts its own revisions', async () => {
    const [before, after] = [await first.head(), await other.head()]
    await other.create({ structureId: 'RootTag' })
    assert.deepEqual([await first.head(), await other.head()], [before, after + 1])
  })
})

await chapter('spaces', async () => {
  await check('space list --json tells id, title and revision', async () => {
    const listed = await operate(data, 'space', 'list')
    assert.deepEqual(listed.map(({ id, title }) => ({ id, title })), [{ id: alpha.id, title: alpha.title }, { id: beta.id, title: 'Beta' }])
    assert.deepEqual(listed.map(({ revision }) => revision), [await first.head(), await other.head()])
  })
  await check('space list prints a table', async () => {
    const { stdout } = await command(data, 'space', 'list')
    assert.match(stdout, new RegExp(`${beta.id} .*Beta`))
  })
  await check('a renamed space answers its new title at once', async () => {
    await operate(data, 'space', 'rename', 'Beta', 'Bêta 2')
    assert.equal((await other.space()).title, 'Bêta 2')
    await operate(data, 'space', 'rename', beta.id, 'Beta')
    assert.equal((await other.space()).title, 'Beta')
  })
  await check('two spaces of one title are told apart by their ids', async () => {
    const twin = await operate(data, 'space', 'create', 'Beta')
    await refusedCommand(data, ['token', 'create', '--space', 'Beta'], /id/)
    const { token } = await newToken('--space', twin.id)
    assert.equal((await as(token).space()).id, twin.id)
    await operate(data, 'space', 'delete', twin.id)
    await refused(as(token).space(), 401, CLOSED)
  })
  await check('a space without a title is refused', () => refusedCommand(data, ['space', 'create', ' '], /title/))
  await check('a deleted space closes its tokens on the next request, and leaves the others alone', () =>
    withoutTrace(async () => {
      await other.space()
      await operate(data, 'space', 'delete', 'Beta')
      for (const { make } of Object.values(callsOn(object))) checkRefusal(await make(other), 401, CLOSED)
      assert.deepEqual((await operate(data, 'space', 'list')).map(({ id }) => id), [alpha.id])
      assert.ok((await operate(data, 'token', 'list')).every((token) => token.spaces.join() === alpha.id))
    }))
  await check('an unknown space cannot be deleted', () => refusedCommand(data, ['space', 'delete', 'Beta'], /Beta/))
})

await chapter('managing', async () => {
  const made = await operate(data, 'admin-token', '--name', 'office')
  secrets.push(made.token)
  const office = as(made.token)
  const doomed = await first.create({ structureId: 'RootPage', properties: { title: title('doomed') } })
  const guest = await newToken('--space', alpha.id, '--name', 'guest')
  const things = { space: alpha.id, object: doomed.id, token: guest.id }
  const closed = async (api) => {
    for (const make of Object.values(callsOfTheOperator(things))) checkRefusal(await make(api), 401, CLOSED)
  }

  await check('every call that the document keeps for the operator is tried here', async () =>
    assert.deepEqual(Object.keys(callsOfTheOperator(things)).sort(), await guardedCalls(server.url, 'operator')))
  await check('admin-token prints the secret alone on its last line', async () => {
    const { stdout } = await command(data, 'admin-token')
    const last = stdout.trimEnd().split('\n').at(-1)
    assert.match(last, /^cap-admin-[A-Za-z0-9_-]{43}$/)
    secrets.push(last)
    assert.equal((await as(last).raw('GET', '/admin/spaces')).status, 200)
    await operate(data, 'admin-token', 'revoke', 'admin')
    await closed(as(last))
  })
  await check('admin-token list tells all about them but their secrets', async () => {
    const [mine] = (await operate(data, 'admin-token', 'list')).filter(({ name }) => name === 'office')
    assert.deepEqual({ ...mine, createdAt: '' }, { id: made.id, name: 'office', createdAt: '', expiresAt: null, revokedAt: null })
    const { stdout } = await command(data, 'admin-token', 'list')
    for (const secret of secrets) assert.ok(!stdout.includes(secret.slice(-20)))
  })
  await check('no token of a space manages anything, and nobody does', () =>
    withoutTrace(async () => {
      for (const token of [server.token, reader.token, undefined, made.token.replace('cap-admin-', 'cap-api-')]) await closed(as(token))
    }))
  await check('a token of the operator opens no call of a space', () =>
    withoutTrace(async () => {
      for (const { make } of Object.values(callsOn(object))) checkRefusal(await make(office), 401, CLOSED)
    }))
  await check('a space and its token are made, used and deleted', async () => {
    const space = JSON.parse((await office.raw('POST', '/admin/spaces', { title: 'Made', timezone: 'Europe/Berlin' })).text)
    const { token } = JSON.parse((await office.raw('POST', '/admin/tokens', { spaceId: space.id, name: 'a', scopes: ['api:read'] })).text)
    secrets.push(token)
    assert.equal((await as(token).space()).title, 'Made')
    assert.ok((await operate(data, 'space', 'list')).some(({ id, timezone }) => id === space.id && timezone === 'Europe/Berlin'))
    assert.equal((await office.raw('DELETE', `/admin/spaces?id=${space.id}`)).status, 204)
    await refused(as(token).space(), 401, CLOSED)
  })
  await check('what was erased is in no file', async () => {
    assert.equal((await office.raw('POST', '/admin/erase', { spaceId: alpha.id, id: doomed.id })).status, 200)
    await refused(first.get(doomed.id), 404, UNSEEN)
  })
  await check('a revoked token of the operator fails on the next request', async () => {
    await operate(data, 'admin-token', 'revoke', made.id)
    await closed(office)
  })
})

await chapter('secrets and the log', async () => {
  /** The files of the data folder that hold these bytes. */
  const holding = (bytes) =>
    readdirSync(data).filter((name) => statSync(join(data, name)).isFile() && readFileSync(join(data, name)).includes(bytes))

  await check('no file of the data folder holds a secret, as text or as bits', async () => {
    assert.ok(holding('the reader').length > 0, 'the scan finds what is there: the name of a token')
    for (const secret of secrets) {
      const random = secret.slice('cap-api-'.length)
      for (const bytes of [random, Buffer.from(random, 'base64url'), Buffer.from(random, 'base64url').toString('hex')]) {
        assert.deepEqual(holding(bytes), [])
      }
    }
  })
  await check('the control socket is for its owner alone', async () =>
    assert.equal(statSync(join(data, 'control.sock')).mode & 0o777, 0o600))
  await check('the log names token and route of each request', async () => {
    const exchange = await as(reader.token).raw('GET', `/object?id=${object.id}`)
    const id = exchange.headers.get('x-request-id')
    const [line] = await server.logged(new RegExp(`^.*${id}.*$`, 'm'))
    for (const part of ['the reader', '/object', 'GET', '200']) assert.ok(line.includes(part), line)
    assert.ok(!line.includes(object.id), `the line shows the query: ${line}`)
  })
  const content = [TITLE, TEXT, 'slipped in', 'slipped-in', 'taken over', 'shared-name']
  await check('the log holds no secret and nothing that was written', async () => {
    for (const secret of secrets) assert.ok(!server.log.includes(secret.slice('cap-api-'.length, -1)), 'a secret is in the log')
    for (const text of content) assert.ok(!server.log.includes(text), `${text} is in the log`)
  })
  await check('what the server prints is its address and its first token', async () => {
    assert.equal(server.stdout, `address ${server.url}\ntoken ${server.token}\n`)
  })
  await check('the server stops with exit code 0 and takes its control socket away', async () => {
    assert.deepEqual(await server.stop(), { code: 0, signal: null })
    assert.ok(!readdirSync(data).includes('control.sock'))
  })
  await check('no file holds a secret once the server has stopped', async () => {
    assert.ok(holding('the reader').length > 0)
    for (const secret of secrets) assert.deepEqual(holding(secret.slice('cap-api-'.length)), [])
  })

  const offline = await newToken('--name', 'offline')
  await check('the command line works on a folder that is not served, with one space without naming it', async () => {
    assert.deepEqual((await operate(data, 'space', 'list')).map(({ id }) => id), [alpha.id])
    await operate(data, 'token', 'revoke', 'the reader')
    await operate(data, 'space', 'rename', alpha.id, 'Alpha')
  })
  for (const format of ['text', 'json']) {
    const again = await must(`the server starts again, logging everything as ${format}`, () =>
      Server.start(data, { args: ['--log-level', 'trace', '--log-format', format] }))
    const api = new Client(again.url, offline.token)
    await check(`what was done while the server was down is in force (${format})`, async () => {
      assert.equal((await api.space()).title, 'Alpha')
      await refused(new Client(again.url, reader.token).space(), 401, CLOSED)
      assert.match((await api.get(object.id)).id, UUID)
    })
    await check(`even a log of everything as ${format} holds no secret and nothing that was written`, async () => {
      const { token } = await newToken('--name', `seen by trace ${format}`)
      const seen = new Client(again.url, token)
      await seen.append({ id: object.id, blocks: [paragraph(TEXT)] })
      await seen.raw('POST', '/object', { structureId: TITLE, properties: { title: title(TEXT) } })
      await seen.raw('GET', `/object?id=${TITLE}`)
      await again.stop()
      for (const secret of secrets) assert.ok(!again.log.includes(secret.slice('cap-api-'.length, -1)), 'a secret is in the log')
      for (const text of content) assert.ok(!again.log.includes(text), `${text} is in the log`)
    })
    if (format === 'json') {
      await check('each line of the log is JSON, and a request has token, route and status as members', async () => {
        const lines = again.log.trimEnd().split('\n').map((line) => JSON.parse(line))
        const request = lines.find((line) => line.token === 'offline' && line.route === '/object')
        assert.ok(request, 'no such request')
        assert.deepEqual([request.method, request.status, typeof request.request], ['GET', 200, 'string'])
      })
    }
  }
})

await finish()
