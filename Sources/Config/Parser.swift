/// Reads a configuration by the table in `Grammar`. After an error it goes on where sense begins again.
struct Parser {
  var draft = Draft()
  var report: Report
  let options: ParseOptions
  private var lexer: Lexer
  /// The next token, not yet taken.
  private var token: Token
  /// The last setting and the line of its value, to explain a second value on that line.
  private var lastSetting: (name: String, line: Int)?

  init(_ text: [UInt8], file: String, options: ParseOptions) {
    report = Report(file: file)
    self.options = options
    lexer = Lexer(text)
    token = lexer.next()
    complainOfToken()
  }

  mutating func parse() {
    let start = token
    if start.kind == .end {
      return report.error(
        start.position, "the file says nothing", hint: "the least is sflow { collector { ip = ADDRESS } }")
    }
    if !(start.isText && start.text.lowercased() == "sflow") {
      let meant =
        start.isText && Suggestion.isNear(start.text.lowercased(), "sflow") ? "did you mean \"sflow\"?" : nil
      report.error(
        start.position, "\(start.shown) where the file must begin with \"sflow\"",
        hint: meant ?? "everything is written in sflow { }")
      if meant == nil { return }
    }
    advance()
    guard token.kind == .open else {
      return report.error(
        start.position, "\"sflow\" without braces", hint: "everything is written in sflow { }")
    }
    let open = token.position
    advance()
    body(of: Grammar.sflow, id: "sflow", opened: open, counts: true)
    if !report.isFull, token.kind != .end {
      let hint =
        token.kind == .close
        ? "it closes nothing"
        : "sflow { } ended before it: is a \"}\" too many, or is this a second configuration?"
      report.error(token.position, "\(token.shown) after the end of sflow { }", hint: hint)
    }
    if report.errors == 0 { check(sflow: start.position) }
  }

  // MARK: - Blocks

  /// Reads up to the closing brace of a block and takes it.
  /// - Parameter counts: `false` if the block is to be ignored: only errors are told.
  private mutating func body(of block: Block, id: String, opened: SourcePosition, counts: Bool) {
    if block.repetition != .continues { forgetSettings(of: id, areDefault: block.repetition == .startsOver) }
    while !report.isFull {
      switch token.kind {
      case .end:
        if !missesBrace {
          report.warning(
            token.position, "\"}\" is missing at the end", hint: "\(block.shown) opened at \(opened)")
          missesBrace = true
        }
        return
      case .close:
        advance()
        lastSetting = nil
        return
      case .open:
        report.error(
          token.position, "unexpected \"{\" in \(block.shown)",
          hint: "only the name of a block comes before it")
        skipBlock()
      case .word, .quoted:
        entry(of: block, id: id, counts: counts)
      }
    }
  }
  /// The warning is given once, for the innermost block.
  private var missesBrace = false

  /// A block that is new, or new again, repeats nothing.
  private mutating func forgetSettings(of id: String, areDefault: Bool) {
    for key in keysSeen.removeValue(forKey: id) ?? [] {
      draft.places[key] = nil
      if areDefault { draft.settings.provenance.forget(key) }
    }
  }
  /// The settings made in a block, by its id.
  private var keysSeen: [String: [String]] = [:]

  private mutating func entry(of block: Block, id: String, counts: Bool) {
    let name = token
    advance()
    // What is wrong with it was told when it was read.
    if name.fault != nil { return }
    if let key = block.key(name.text), !key.name.hasSuffix("<app>") {
      setting(key, name, in: block, id: id, counts: counts)
    } else if let inner = block.block(name.text) {
      open(inner, name, outer: id, counts: counts)
    } else if id == "sflow", let (key, application) = applicationKey(name.text) {
      setting(key, name, application: application, in: block, id: id, counts: counts)
    } else {
      unknown(name, in: block)
    }
  }

  private mutating func open(_ block: Block, _ name: Token, outer: String, counts outerCounts: Bool) {
    guard token.kind == .open || (token.kind == .word && block.knows(token.text)) else {
      report.error(name.position, "\(quoted(name.text)) without braces", hint: "write \(block.shown)")
      return skipRestOfLine(name.position.line, in: Grammar.sflow)
    }
    let isHere = block.feature.map { options.features.contains($0) } ?? true
    if outerCounts, !isHere {
      report.warning(name.position, "\(name.text) { }: not in this version of hsflowd; it is ignored")
      draft.note(ignored: block.feature)
    }
    let counts = outerCounts && isHere
    let id = outer == "sflow" ? block.name : "\(outer).\(block.name)"
    if counts {
      if let before = draft.blockPlaces[id], block.repetition != .appends {
        let consequence =
          block.repetition == .continues ? "the two are read as one" : "this one begins at the defaults again"
        report.warning(name.position, "\(block.shown) was already written at \(before)", hint: consequence)
      }
      if draft.blockPlaces[id] == nil { draft.blockPlaces[id] = name.position }
      block.open(&draft)
    }
    let opened = token.position
    if token.kind == .open {
      advance()
    } else {
      report.error(name.position, "\"{\" is missing after \(quoted(name.text))")
    }
    body(of: block, id: id, opened: opened, counts: counts)
    if counts {
      if block.name == "collector" {
        draft.collectorPlaces.append((name.position, draft.collector.host != nil))
      }
      block.close(&draft)
    }
  }

  // MARK: - Settings

  /// `sampling.http` → `sampling.<app>` and `http`.
  private func applicationKey(_ text: String) -> (Key, String)? {
    guard let dot = text.firstIndex(of: "."), let key = Grammar.sflow.key("\(text[..<dot]).<app>") else {
      return nil
    }
    let application = String(text[text.index(after: dot)...])
    return application.isEmpty ? nil : (key, application)
  }

  private mutating func setting(
    _ key: Key, _ name: Token, application: String? = nil, in block: Block, id: String, counts: Bool
  ) {
    lazy var shown = quoted(name.text)
    lazy var allowed = "allowed: \(key.type.allowed)"
    let value = token
    let reading = value.isText ? key.type.read(value.text, validateRegex: options.validateRegex) : .wrongType
    let isBad = reading == .wrongType || reading == .outOfRange
    // The value was forgotten if what follows makes sense as the next key.
    let isForgotten =
      value.kind == .word && (isBad || value.position.line != name.position.line) && block.knows(value.text)
    if !value.isText || isForgotten {
      return report.error(name.position, "\(shown) has no value", hint: allowed)
    }
    advance()
    lastSetting = (name.text, value.position.line)
    if value.fault != nil { return }

    let result: Value
    switch reading {
    case .exact(let value): result = value
    case .lenient(let read, let remark, let hint):
      result = read
      if counts { report.warning(value.position, remark, hint: hint) }
    case .outOfRange:
      return report.error(value.position, "\(quoted(value.text)) is out of range for \(shown)", hint: allowed)
    case .wrongType:
      if key.type == .regex, let reason = options.validateRegex(value.text) {
        return report.error(
          value.position, "\(quoted(value.text)) is not a regular expression for \(shown)", hint: reason)
      }
      return report.error(value.position, "\(quoted(value.text)) is not a value for \(shown)", hint: allowed)
    }
    guard counts else { return }
    if let feature = key.feature, !options.features.contains(feature) {
      if result != .flag(false) {
        report.warning(name.position, "\(shown): not in this version of hsflowd; it is ignored")
        draft.note(ignored: feature)
      }
      return
    }
    remark(key, name, value)
    let written = application.map { key.name.dropLast("<app>".count) + $0 } ?? key.name
    let identity = key.identity ?? "\(id).\(written)"
    note(name, value, as: identity, overrides: !key.isRepeatable && draft.places[identity] != nil)
    remember(identity, name, in: id, isRepeatable: key.isRepeatable)
    if let application {
      store(result, of: key, application)
    } else {
      key.store(&draft, result)
    }
  }

  private mutating func store(_ value: Value, of key: Key, _ application: String) {
    guard case .integer(let number) = value else { return }
    draft.withApplication(application) {
      if key.name.hasPrefix("sampling") { $0.sampling = number } else { $0.polling = number }
    }
  }

  /// What there is to say about a setting that is in order.
  private mutating func remark(_ key: Key, _ name: Token, _ value: Token) {
    lazy var shown = quoted(name.text)
    if let preferred = key.preferred {
      report.warning(name.position, "\(shown) is a setting of the past", hint: "write \(preferred)")
    } else if key.oldNames.contains(where: { $0.lowercased() == name.text.lowercased() }) {
      report.warning(name.position, "\(shown) is a spelling of the past", hint: "write \"\(key.name)\"")
    }
    if let reason = key.noEffect {
      report.warning(name.position, "\(shown) has no effect", hint: reason)
    } else if key.type == .path, !options.pathExists(value.text) {
      report.warning(value.position, "\(quoted(value.text)) does not exist")
    }
  }

  /// Notes a setting for those who ask where it comes from.
  private mutating func note(_ name: Token, _ value: Token, as identity: String, overrides: Bool) {
    draft.settings.provenance.note(
      WrittenSetting(
        name: identity.hasPrefix("sflow.") ? String(identity.dropFirst(6)) : identity,
        value: String(quoted(value.text).dropFirst().dropLast()), file: report.file, position: name.position),
      identity, overrides: overrides)
  }

  /// Notes where a setting was made, and tells if it was made before.
  private mutating func remember(_ identity: String, _ name: Token, in id: String, isRepeatable: Bool) {
    if let before = draft.places[identity], !isRepeatable {
      report.warning(
        name.position, "\(quoted(name.text)) was already set at \(before)", hint: "this value takes its place"
      )
    } else {
      keysSeen[id, default: []].append(identity)
    }
    draft.places[identity] = name.position
  }

  // MARK: - Recovery

  private mutating func unknown(_ name: Token, in block: Block) {
    let hint: String
    if let suggestion = Suggestion.meant(by: name.text, in: block) {
      hint = suggestion
    } else if let last = lastSetting, last.line == name.position.line, token.kind != .open {
      hint = "\(quoted(last.name)) takes one value"
    } else {
      hint = Suggestion.list(block)
    }
    report.error(name.position, "unexpected \(quoted(name.text)) in \(block.shown)", hint: hint)
    lastSetting = nil
    if token.kind == .open { return skipBlock() }
    skipRestOfLine(name.position.line, in: block)
    // A block with some words between its name and its brace.
    if token.kind == .open, token.position.line == name.position.line { skipBlock() }
  }

  /// Takes what belongs to an unknown word: the words after it on its line that mean nothing by themselves.
  private mutating func skipRestOfLine(_ line: Int, in block: Block) {
    while token.isText, token.position.line == line, !block.knows(token.text) { advance() }
  }

  /// Takes a brace and everything up to the one that closes it.
  private mutating func skipBlock() {
    var depth = 0
    repeat {
      if token.kind == .open { depth += 1 }
      if token.kind == .close { depth -= 1 }
      if token.kind == .end { return }
      advance()
    } while depth > 0 && !report.isFull
  }

  private mutating func advance() {
    token = lexer.next()
    complainOfToken()
  }

  private mutating func complainOfToken() {
    switch token.fault {
    case .unterminated:
      report.error(
        token.position, "\(token.shown) has no closing quote", hint: "it must end on the same line")
    case .tooLong:
      report.error(token.position, "\(token.shown) is longer than \(Lexer.longestToken) octets")
    case nil:
      break
    }
  }
}
