internal import Agent
internal import Bytes
internal import Linux
internal import Logging
internal import SystemPackage

/// The version of this build; `debian/changelog` and the manual pages say the same.
let version = "0.1.0"

/// The command line: the C agent's options, and `--print` and `-t`.
struct ProgramOptions {
  var agent = Agent.Options()
  /// How many `-d`: the first stays in the foreground, each further one is a level of debugging.
  var debug = 0
  /// `-P`
  var keepsRoot = false
  /// `-p`
  var pidFilePath = "/var/run/hsflowd.pid"
  /// `-D`
  var logPath: String?
  /// `-L`: octets after which the file of `-D` is not written any more.
  var logLimit = 10_000_000
  /// `-F`: lines `module=level`, read again when the file changes.
  var debugControlPath: String?
  /// `-M`: the process ends with status 1 when its resident set has been larger than this, in KiB; 0 is no limit.
  var memoryLimitKiB: UInt64 = 0
  /// `--print`
  var prints = false
  /// `-t`
  var checksOnly = false
  /// `--check-file`: not.
  var checksHost = true

  var isForeground: Bool { debug > 0 || prints }
  /// The C agent's debug level.
  var debugLevel: Int { max(0, debug - 1) }

  enum Outcome {
    case run(ProgramOptions)
    case version
    case help
    case wrong(String)
  }

  static func parse(_ arguments: [String]) -> Outcome {
    var options = ProgramOptions()
    options.agent.controlPath = Agent.Options.usualControlPath
    options.takeEnvironment()
    for option in CommandLineOption.all(of: arguments, letters: "dvPp:f:F:l:o:u:m:hc:D:L:M:t") {
      switch option {
      case .unknown("-?"): return .help
      case .unknown(let word): return .wrong("\(word) is not an option, or lacks its argument")
      case .word(let word): return .wrong("\"\(word)\" is not expected: options begin with a dash")
      case .option(let letter, let argument):
        if let outcome = options.take(letter, argument) { return outcome }
      }
    }
    return .run(options)
  }

  /// Where the host is for an agent in a container, and what the service manager hands over.
  private mutating func takeEnvironment() {
    var elsewhere: [String: String] = [:]
    for (variable, folder) in [
      ("HOST_PROC", "proc"), ("HOST_SYS", "sys"), ("HOST_ETC", "etc"), ("HOST_VAR", "var"),
    ] {
      elsewhere[folder] = Host.environment(variable)
    }
    agent.root = FileRoot(Host.environment("HOST_ROOT") ?? "/", elsewhere: elsewhere)
    agent.credentials = Host.environment("CREDENTIALS_DIRECTORY").map { FileRoot($0) }
  }

  /// Takes one option; the outcome if that settles everything.
  private mutating func take(_ letter: Character, _ argument: String) -> Outcome? {
    switch letter {
    case "d": debug += 1
    case "v": return .version
    case "h": return .help
    case "P": keepsRoot = true
    case "p": pidFilePath = argument
    case "f": agent.configurationPath = argument
    case "F": debugControlPath = argument
    case "o": agent.autoFilePath = argument
    case "D": logPath = argument
    case "t": checksOnly = true
    case "T": (checksOnly, checksHost) = (true, false)
    case "W": prints = true
    case "K": agent.controlPath = argument.isEmpty ? nil : argument
    // The modules are in the program, and a crash goes to the log: accepted and without effect.
    case "l", "c": break
    case "u", "m":
      guard let uuid = UUID(argument) else {
        return .wrong("-\(letter) \"\(argument)\" is not 32 hexadecimal digits")
      }
      if letter == "u" { agent.uuid = uuid } else { agent.machineID = uuid }
    case "L":
      guard let bytes = Int(argument), bytes >= 0 else {
        return .wrong("-L \"\(argument)\" is not a number of bytes")
      }
      logLimit = bytes
    case "M":
      guard let limit = UInt64(argument) else { return .wrong("-M \"\(argument)\" is not a number of KiB") }
      memoryLimitKiB = limit
    default: return .wrong("-\(letter) is not an option")
    }
    return nil
  }

  static func usage(_ program: String) -> String {
    """
    Usage: \(program) [options]
    Sends the counters of this host as sFlow v5 to the collectors named in its configuration.

      -f FILE   configuration (/etc/hsflowd.conf)
      -t        check the configuration and whether this host can do what it asks for (--check), and end:
                status 0 good, 1 something will not work, 2 warnings only
      --check-file
                check the configuration alone: status 0 good, 1 not
      -d        stay in the foreground (--foreground); each further -d says more (-ddd)
      --print   stay in the foreground and print each datagram in words
      -p FILE   pid file when in the background (/var/run/hsflowd.pid)
      -o FILE   where to publish the settings for sub-agents (/etc/hsflowd.auto)
      -u UUID   the host's UUID
      -m ID     machine-id from which a UUID is made if the host has none (/etc/machine-id)
      --control PATH
                where hsflowctl is answered (/run/hsflowd/control); "" for nowhere
      -P        remain root
      -D FILE   append the log to FILE; SIGHUP opens it anew
      -L BYTES  write at most so much to the file of -D (10000000)
      -F FILE   lines MODULE=LEVEL that set the debug level, read again when the file changes
      -M KIB    end with status 1 when more memory than this is resident (0: no limit)
      -l, -c    accepted for compatibility, without effect
      -v        print the version
      -h        this help

    SIGHUP reads the configuration again, SIGUSR1 writes the agent's own counters to the log, SIGUSR2 makes the
    log say more, SIGTERM and SIGINT end the agent. In a container HOST_ROOT, or HOST_PROC, HOST_SYS, HOST_ETC and
    HOST_VAR, say where the host's folders are mounted. See hsflowd(8) and hsflowd.conf(5).
    """
  }

  /// Sends the log where this process's log belongs.
  func directLog() {
    Log.level = Self.level(debugLevel)
    let stream: CInt = prints ? 2 : 1
    var sink =
      Log.journalReadsStreams ? LogSink.journal(stream) : .stream(isForeground || checksOnly ? stream : 2)
    if let logPath { sink = .file(path: logPath, limit: logLimit) }
    do throws(Errno) {
      try Log.direct(to: sink)
    } catch {
      Terminal.complain("hsflowd: cannot open \(logPath ?? "the log"): \(error.explanation)", status: 1)
    }
  }

  /// The log level for a debug level of the C agent.
  static func level(_ debugLevel: Int) -> Logger.Level {
    switch debugLevel {
    case ...0: .info
    case 1: .debug
    default: .trace
    }
  }
}
